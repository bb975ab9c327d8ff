import { LlmosError } from '@llmos/contracts';
import { CONFIG, LOGGER, Readiness, type ServiceConfig, type StartProgress } from '@llmos/mesh';
import { describeFetch, ModelStore, type FetchProgress } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PiperAdapter } from './adapters/piper.adapter.js';
import type { SpeechConfig } from './speech.config.js';
import { SpeechService } from './speech.service.js';

/** Loads the voice in the background, while the process already answers health checks. */
@Injectable()
export class SpeechLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loading?: Promise<void>;

  constructor(
    @Inject(CONFIG) private readonly config: SpeechConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly speech: SpeechService,
  ) {}

  onModuleInit(): void {
    const options = { signal: this.stopping.signal, log: this.log };
    this.loading = this.readiness.bring(`model ${this.config.model}`, (report) => this.load(report), options);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loading;
    await this.speech.close();
  }

  private async load(report: (progress: StartProgress) => void): Promise<void> {
    const { home, root, catalogPath, model, device, workers, threads, pace } = this.config;
    const store = await ModelStore.open({ home, catalogPath, root });
    const { signal } = this.stopping;
    const onProgress = (progress: FetchProgress) => report(describeFetch(progress));
    const { voice, settings } = await store.ensure(model, { signal, onProgress });
    if (!voice || !settings)
      throw new LlmosError('UNAVAILABLE', `The catalog's '${model}' lacks the file 'voice' or 'settings'.`);
    this.speech.use(
      await PiperAdapter.start({ model, voice, settings, device, workers, threads, pace, optimised: store.optimised }),
    );
  }
}
