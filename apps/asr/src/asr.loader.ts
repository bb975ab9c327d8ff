import { join } from 'node:path';
import { isLlmosError } from '@llmos/contracts';
import { CONFIG, LOGGER, Readiness, type ServiceConfig } from '@llmos/mesh';
import { ModelStore, type FetchProgress } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { MoonshineAdapter } from './adapters/moonshine.adapter.js';
import { recogniserFiles } from './adapters/recogniser-files.js';
import type { AsrConfig } from './asr.config.js';
import { AsrService } from './asr.service.js';

const CHECK = 'model moonshine-tiny';
const RETRY_AFTER_MS = 30_000;

/** Brings the models into memory while the process is already up, says how far it is, and tries again when it fails. */
@Injectable()
export class AsrLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private loading: Promise<void> = Promise.resolve();
  private retry?: NodeJS.Timeout;

  constructor(
    @Inject(CONFIG) private readonly config: AsrConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly asr: AsrService,
  ) {}

  onModuleInit(): void {
    this.begin();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    clearTimeout(this.retry);
    await this.loading;
    await this.asr.close();
  }

  private begin(): void {
    this.readiness.set({ name: CHECK, state: 'loading' });
    this.loading = this.load().catch((error: unknown) => this.fail(error));
  }

  private async load(): Promise<void> {
    const { home, root, workers, maxDurationSeconds } = this.config;
    const store = await ModelStore.open({ home, catalogPath: join(root, 'deploy', 'models.yaml'), root });
    const { signal } = this.leaving;
    const files = await recogniserFiles(store, { signal, onProgress: (progress) => this.report(progress) });
    this.asr.use(await MoonshineAdapter.start({ files, workers, maxDurationSeconds }));
    this.readiness.set({ name: CHECK, state: 'ready' });
  }

  private report({ file, receivedBytes, totalBytes, etaSeconds }: FetchProgress): void {
    const progress = totalBytes ? Math.min(1, receivedBytes / totalBytes) : undefined;
    this.readiness.set({ name: CHECK, state: 'loading', progress, etaSeconds, message: `fetching ${file}` });
  }

  private fail(error: unknown): void {
    if (this.leaving.signal.aborted) return;
    this.log.error({ err: error }, 'the speech model could not be loaded');
    const message = isLlmosError(error) ? error.message : 'The speech model could not be loaded; the log says why.';
    this.readiness.set({ name: CHECK, state: 'failed', message });
    this.retry = setTimeout(() => this.begin(), RETRY_AFTER_MS).unref();
  }
}
