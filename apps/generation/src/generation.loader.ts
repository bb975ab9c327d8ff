import { LlmosError } from '@llmos/contracts';
import { Breakers, CONFIG, LOGGER, OwnReplicas, Readiness, type ServiceConfig, type StartProgress } from '@llmos/mesh';
import { answer } from '@llmos/contracts/capabilities/generation';
import { describeFetch, ModelStore } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LlamaCppModel } from './adapters/llama-cpp.adapter.js';
import { OpenAiCompatibleModel } from './adapters/openai-compatible.adapter.js';
import { Backend } from './backends/backend.js';
import { readBackendsFile, type BackendEntry } from './backends/backends-file.js';
import type { GenerationConfig } from './generation.config.js';
import { GenerationService } from './generation.service.js';
import type { LanguageModel } from './ports/language-model.port.js';

/** The settings of a generation model in the catalog. */
const settingsSchema = z.object({
  /** False for a model whose words add nothing to the quoted passages. */
  phrasing: z.boolean().default(true),
});

const FREE = { input: 0, output: 0 };

type Report = (progress: StartProgress) => void;

/** Loads the language model in the background, while the process already answers health checks. */
@Injectable()
export class GenerationLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loading?: Promise<void>;
  private loaded?: { readonly backends: readonly Backend[]; readonly service: GenerationService };

  constructor(
    @Inject(CONFIG) private readonly config: GenerationConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly breakers: Breakers,
    private readonly ownReplicas: OwnReplicas,
  ) {}

  /** @throws LlmosError MODEL_LOADING until the model is loaded. */
  get service(): GenerationService {
    if (!this.loaded)
      throw new LlmosError('MODEL_LOADING', 'The language model is still loading. Try again in a moment.');
    return this.loaded.service;
  }

  onModuleInit(): void {
    const options = { signal: this.stopping.signal, log: this.log };
    this.loading = this.readiness.bring(`model ${this.config.model}`, (report) => this.load(report), options);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loading;
    await Promise.all(this.loaded?.backends.map(({ model }) => model.close()) ?? []);
  }

  private async load(report: Report): Promise<void> {
    const { minRelevance, promptTokens, sequences } = this.config;
    const backends: Backend[] = [];
    const here: LanguageModel[] = [];
    for (const entry of this.entries()) {
      const backend = await this.open(entry, report);
      backends.push(backend);
      if (!entry.url) here.push(backend.model);
    }
    const service = new GenerationService(backends, {
      minRelevance,
      promptTokens,
      onFailure: (error, instead) => this.log.warn({ err: error, instead }, 'a language model failed'),
    });
    // Live runs use the other half of the sequences only when these are taken. What a server keeps, its replicas share.
    this.ownReplicas.keep(answer, here.length > 0 ? Math.max(1, Math.floor(sequences / 2)) : 0);
    this.loaded = { backends, service };
    for (const model of here) await service.warmUp(model, this.stopping.signal);
  }

  /** The models of the file, or the one of the settings. */
  private entries(): readonly BackendEntry[] {
    const { backends, model, url, root } = this.config;
    if (backends !== undefined) return readBackendsFile(resolve(root, backends));
    return [{ model, ...(url && { url }), quality: 1, price: FREE }];
  }

  private async open(entry: BackendEntry, report: Report): Promise<Backend> {
    const { timeoutMs, sequences, queue } = this.config;
    const { url, quality, contextTokens, price } = entry;
    const model = url ? this.openServer(url, entry) : await this.openHere(entry, report);
    return new Backend(model, {
      phrasing: entry.phrasing ?? (await this.phrases(entry)),
      modelTimeoutMs: timeoutMs,
      capacity: sequences + queue,
      // A model server is the same one for all replicas; a model in the memory of this process is its own.
      breaker: (lane) => {
        const breaker = lane === 'live' ? model.name : `${model.name}-${lane}`;
        return url ? this.breakers.shared(breaker) : this.breakers.own(breaker);
      },
      quality,
      contextTokens,
      price: price.input + price.output,
    });
  }

  private openServer(url: string, { model }: BackendEntry): LanguageModel {
    const { apiKey, apiKeys, backends, timeoutMs } = this.config;
    const own = backends === undefined ? apiKey : apiKeys.get(model);
    return new OpenAiCompatibleModel({ url, model, apiKey: own, idleTimeoutMs: timeoutMs });
  }

  private async openHere({ model: name, contextTokens }: BackendEntry, report: Report): Promise<LanguageModel> {
    const { threads, gpu, sequences, queue } = this.config;
    return LlamaCppModel.load({
      name,
      modelPath: await this.fetch(name, report),
      threads,
      gpu,
      sequences,
      maxWaiting: queue,
      contextTokens: contextTokens ?? this.config.contextTokens,
      onProgress: (progress) => report({ progress, message: 'loading into memory' }),
    });
  }

  private async phrases({ model, url }: BackendEntry): Promise<boolean> {
    const { phrasing, home, root, catalogPath } = this.config;
    if (phrasing !== 'auto') return phrasing === 'on';
    if (url) return true;
    const store = await ModelStore.open({ home, catalogPath, root });
    return settingsSchema.parse(store.describe(model).settings).phrasing;
  }

  private async fetch(model: string, report: Report): Promise<string> {
    const { home, root, catalogPath } = this.config;
    const store = await ModelStore.open({ home, catalogPath, root });
    const files = await store.ensure(model, {
      signal: this.stopping.signal,
      onProgress: (progress) => report(describeFetch(progress)),
    });
    if (files.model) return files.model;
    throw new LlmosError(
      'UNAVAILABLE',
      `The catalog's entry '${model}' has no file 'model'. Set LLMOS_GENERATION_MODEL to a model used for generation.`,
    );
  }
}
