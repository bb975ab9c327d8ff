import { LlmosError } from '@llmos/contracts';
import { Breakers, CONFIG, LOGGER, OwnReplicas, Readiness, type ServiceConfig, type StartProgress } from '@llmos/mesh';
import { answer } from '@llmos/contracts/capabilities/generation';
import { describeFetch, ModelStore } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { LlamaCppModel } from './adapters/llama-cpp.adapter.js';
import { OpenAiCompatibleModel } from './adapters/openai-compatible.adapter.js';
import type { GenerationConfig } from './generation.config.js';
import { GenerationService } from './generation.service.js';
import type { LanguageModel } from './ports/language-model.port.js';

/** The settings of a generation model in the catalog. */
const settingsSchema = z.object({
  /** False for a model whose words add nothing to the quoted passages. */
  phrasing: z.boolean().default(true),
});

type Report = (progress: StartProgress) => void;

/** Loads the language model in the background, while the process already answers health checks. */
@Injectable()
export class GenerationLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loading?: Promise<void>;
  private loaded?: { readonly model: LanguageModel; readonly service: GenerationService };

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
    await this.loaded?.model.close();
  }

  private async load(report: Report): Promise<void> {
    const { minRelevance, promptTokens, timeoutMs, sequences, queue, url } = this.config;
    const model = await this.open(report);
    const service = new GenerationService(model, {
      minRelevance,
      phrasing: await this.phrases(),
      promptTokens,
      modelTimeoutMs: timeoutMs,
      capacity: sequences + queue,
      // A model server is the same one for all replicas; a model in the memory of this process is its own.
      breaker: (lane) => {
        const breaker = lane === 'live' ? model.name : `${model.name}-${lane}`;
        return url ? this.breakers.shared(breaker) : this.breakers.own(breaker);
      },
      onDegraded: (error) => this.log.warn({ err: error }, 'the language model failed; the passages alone answer'),
    });
    // Live runs use the other half of the sequences only when these are taken. What a server keeps, its replicas share.
    this.ownReplicas.keep(answer, url ? 0 : Math.max(1, Math.floor(sequences / 2)));
    this.loaded = { model, service };
    if (!url) await service.warmUp(this.stopping.signal);
  }

  private async open(report: Report): Promise<LanguageModel> {
    const { model: name, url, apiKey, timeoutMs, threads, gpu, sequences, queue, contextTokens } = this.config;
    if (url) return new OpenAiCompatibleModel({ url, model: name, apiKey, idleTimeoutMs: timeoutMs });
    const modelPath = await this.fetch(report);
    return LlamaCppModel.load({
      name,
      modelPath,
      threads,
      gpu,
      sequences,
      maxWaiting: queue,
      contextTokens,
      onProgress: (progress) => report({ progress, message: 'loading into memory' }),
    });
  }

  private async phrases(): Promise<boolean> {
    const { phrasing, url, home, root, catalogPath, model } = this.config;
    if (phrasing !== 'auto') return phrasing === 'on';
    if (url) return true;
    const store = await ModelStore.open({ home, catalogPath, root });
    return settingsSchema.parse(store.describe(model).settings).phrasing;
  }

  private async fetch(report: Report): Promise<string> {
    const { home, root, catalogPath, model } = this.config;
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
