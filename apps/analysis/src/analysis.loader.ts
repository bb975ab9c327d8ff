import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AnalysisService } from './analysis.service.js';
import { ClassifierRegistry } from './classifiers/classifier-registry.js';

const RETRY_MS = 5_000;
/** The check of the models, which the deletion of a classifier does not need. */
export const MODELS = 'analysis models';

/** Loads the models and the classifiers in the background after the process has started. */
@Injectable()
export class AnalysisLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly analysis: AnalysisService,
    private readonly classifiers: ClassifierRegistry,
  ) {}

  onModuleInit(): void {
    void this.load();
  }

  /** Does not await a load in progress: it may be waiting for the broker, whose connection is already closed. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.classifiers.stop();
    await this.analysis.close();
  }

  private async load(): Promise<void> {
    const { signal } = this.leaving;
    const options = { signal, log: this.log, retryMs: RETRY_MS };
    await Promise.all([
      this.readiness.bring(MODELS, (report) => this.analysis.load(report, signal), options),
      this.readiness.bring('classifiers', () => this.classifiers.start(), options),
    ]);
  }
}
