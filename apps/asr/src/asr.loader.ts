import { CONFIG, LOGGER, Readiness, type ServiceConfig, type StartProgress } from '@llmos/mesh';
import { describeFetch, ModelStore, type FetchProgress } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { MoonshineAdapter } from './adapters/moonshine.adapter.js';
import { recogniserFiles } from './adapters/recogniser-files.js';
import type { AsrConfig } from './asr.config.js';
import { AsrService } from './asr.service.js';

/** Loads the speech models in the background, while the process already answers health checks. */
@Injectable()
export class AsrLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loading?: Promise<void>;

  constructor(
    @Inject(CONFIG) private readonly config: AsrConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly asr: AsrService,
  ) {}

  onModuleInit(): void {
    const options = { signal: this.stopping.signal, log: this.log };
    this.loading = this.readiness.bring(`model ${this.config.model}`, (report) => this.load(report), options);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loading;
    await this.asr.close();
  }

  private async load(report: (progress: StartProgress) => void): Promise<void> {
    const { home, root, catalogPath, model, device, workers, maxDurationSeconds } = this.config;
    const store = await ModelStore.open({ home, catalogPath, root });
    const { signal } = this.stopping;
    const onProgress = (progress: FetchProgress) => report(describeFetch(progress));
    const files = await recogniserFiles(store, model, { signal, onProgress });
    this.asr.use(await MoonshineAdapter.start({ files, device, workers, maxDurationSeconds }), model);
  }
}
