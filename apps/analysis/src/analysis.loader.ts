import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AnalysisService } from './analysis.service.js';
import { ClassifierShelf } from './classifiers/classifier-shelf.js';

const RETRY_MS = 5_000;

/** Brings the models and the classifiers into memory while the process is already up. */
@Injectable()
export class AnalysisLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly analysis: AnalysisService,
    private readonly shelf: ClassifierShelf,
  ) {}

  onModuleInit(): void {
    void this.load();
  }

  /** Does not wait for a start under way: it may itself be waiting for the broker, whose connection is closed by now. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.shelf.stop();
    await this.analysis.close();
  }

  private async load(): Promise<void> {
    const { signal } = this.leaving;
    const options = { signal, log: this.log, retryMs: RETRY_MS };
    const [models, classifiers] = ['analysis models', 'classifiers'];
    for (const name of [models, classifiers]) this.readiness.set({ name, state: 'loading' });
    await this.readiness.bring(models, (report) => this.analysis.load(report, signal), options);
    await this.readiness.bring(classifiers, () => this.shelf.start(), options);
  }
}
