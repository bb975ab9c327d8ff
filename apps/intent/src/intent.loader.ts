import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { IntentService } from './intent.service.js';

/** Loads the head and the embedding model in the background, while the process already answers health checks. */
@Injectable()
export class IntentLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loading?: Promise<void>;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly intent: IntentService,
  ) {}

  onModuleInit(): void {
    const { signal } = this.stopping;
    const options = { signal, log: this.log };
    this.loading = this.readiness.bring('model minilm', (report) => this.intent.load(report, signal), options);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loading;
    await this.intent.close();
  }
}
