import { join } from 'node:path';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import { CONFIG, LOGGER, Readiness, type ServiceConfig } from '@llmos/mesh';
import { ModelStore, type FetchProgress } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LlamaCppModel } from './adapters/llama-cpp.adapter.js';
import { OpenAiCompatibleModel } from './adapters/openai-compatible.adapter.js';
import type { GenerationConfig } from './generation.config.js';
import { GenerationService } from './generation.service.js';
import type { LanguageModel } from './ports/language-model.port.js';

const RETRY_AFTER_MS = 30_000;

/** Brings the language model up while the process already answers its health checks, and tries again when that fails. */
@Injectable()
export class GenerationLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private loading: Promise<void> = Promise.resolve();
  private retry?: NodeJS.Timeout;
  private loaded?: { readonly model: LanguageModel; readonly service: GenerationService };

  constructor(
    @Inject(CONFIG) private readonly config: GenerationConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
  ) {}

  /** @throws LlmosError MODEL_LOADING until the model is there. */
  get service(): GenerationService {
    if (!this.loaded)
      throw new LlmosError('MODEL_LOADING', 'The language model is still loading. Try again in a moment.');
    return this.loaded.service;
  }

  onModuleInit(): void {
    this.begin();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    clearTimeout(this.retry);
    await this.loading;
    await this.loaded?.model.close();
  }

  private get check(): string {
    return `model ${this.config.model}`;
  }

  private begin(): void {
    this.readiness.set({ name: this.check, state: 'loading' });
    this.loading = this.load().catch((error: unknown) => this.fail(error));
  }

  private async load(): Promise<void> {
    const { threshold, thresholdOutOfScope, promptTokens, timeoutMs, sequences, queue, url } = this.config;
    const model = await this.open();
    const service = new GenerationService(model, {
      thresholds: { inScope: threshold, outOfScope: thresholdOutOfScope },
      promptTokens,
      modelTimeoutMs: timeoutMs,
      capacity: sequences + queue,
      onBreaker: (state) => this.log.warn({ model: model.name, state }, 'the breaker of the language model changed'),
    });
    this.loaded = { model, service };
    if (!url) await service.warmUp(this.leaving.signal);
    this.readiness.set({ name: this.check, state: 'ready' });
  }

  private async open(): Promise<LanguageModel> {
    const { model: name, url, apiKey, timeoutMs, threads, gpu, sequences, queue, contextTokens } = this.config;
    if (url) return new OpenAiCompatibleModel({ url, model: name, apiKey, idleTimeoutMs: timeoutMs });
    const modelPath = await this.fetch();
    const onProgress = (progress: number) =>
      this.readiness.set({ name: this.check, state: 'loading', progress, message: 'loading into memory' });
    return LlamaCppModel.load({
      name,
      modelPath,
      threads,
      gpu,
      sequences,
      maxWaiting: queue,
      contextTokens,
      onProgress,
    });
  }

  private async fetch(): Promise<string> {
    const { home, root, model } = this.config;
    const store = await ModelStore.open({ home, catalogPath: join(root, 'deploy', 'models.yaml'), root });
    const files = await store.ensure(model, {
      signal: this.leaving.signal,
      onProgress: (progress) => this.report(progress),
    });
    if (files.model) return files.model;
    throw new LlmosError(
      'UNAVAILABLE',
      `The catalog's entry '${model}' has no file 'model'. Set LLMOS_GENERATION_MODEL to a model used for generation.`,
    );
  }

  private report({ file, receivedBytes, totalBytes, etaSeconds }: FetchProgress): void {
    const progress = totalBytes ? Math.min(1, receivedBytes / totalBytes) : undefined;
    this.readiness.set({ name: this.check, state: 'loading', progress, etaSeconds, message: `fetching ${file}` });
  }

  private fail(error: unknown): void {
    if (this.leaving.signal.aborted) return;
    this.log.error({ err: error }, 'the language model could not be loaded');
    const message = isLlmosError(error) ? error.message : 'The language model could not be loaded; the log says why.';
    this.readiness.set({ name: this.check, state: 'failed', message });
    this.retry = setTimeout(() => this.begin(), RETRY_AFTER_MS).unref();
  }
}
