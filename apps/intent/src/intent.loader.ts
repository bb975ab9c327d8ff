import { isLlmosError } from '@llmos/contracts';
import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { IntentService } from './intent.service.js';

const CHECK = 'model minilm';
const RETRY_AFTER_MS = 30_000;

/** Loads the models beside the start of the process, says how far that is, and tries again when it fails; no task comes until it is done. */
@Injectable()
export class IntentLoader implements OnModuleInit, OnModuleDestroy {
  private stopping = false;
  private retry?: NodeJS.Timeout;

  constructor(
    private readonly intent: IntentService,
    private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.begin();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    await this.intent.close();
  }

  private begin(): void {
    this.readiness.set({ name: CHECK, state: 'loading' });
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      await this.intent.load((progress, etaSeconds) =>
        this.readiness.set({
          name: CHECK,
          state: 'loading',
          progress,
          ...(etaSeconds === undefined ? {} : { etaSeconds }),
        }),
      );
      this.readiness.set({ name: CHECK, state: 'ready' });
    } catch (error) {
      if (this.stopping) return;
      this.log.error({ err: error }, 'the intent model could not be loaded');
      const message = isLlmosError(error) ? error.message : 'The model could not be loaded; the log says why.';
      this.readiness.set({ name: CHECK, state: 'failed', message });
      this.retry = setTimeout(() => this.begin(), RETRY_AFTER_MS).unref();
    }
  }
}
