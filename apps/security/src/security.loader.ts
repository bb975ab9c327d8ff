import { LOGGER, Readiness } from '@llmos/mesh';
import type { LoadProgress } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ScreeningService } from './screening/screening.service.js';
import { securityMetrics } from './security.metrics.js';
import { PARTS } from './security.parts.js';
import { ThreatDetector } from './threats/threat-detector.js';
import { ThreatService } from './threats/threat.service.js';

const SAVE_EVERY_MS = 30_000;
const COUNT_EVERY_MS = 5_000;
const ACTIONS = ['slow', 'block', 'hold'] as const;

/** Loads the parts of screening and the learnt baselines of callers, and saves the baselines from time to time. */
@Injectable()
export class SecurityLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private loading?: Promise<unknown>;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly screening: ScreeningService,
    private readonly threats: ThreatService,
    private readonly detector: ThreatDetector,
  ) {}

  onModuleInit(): void {
    const { signal } = this.leaving;
    const options = { signal, log: this.log };
    const { readiness, screening, threats } = this;
    const head = readiness.bring(PARTS.head, () => screening.loadHead(), options);
    const secondStage = async (report: (progress: LoadProgress) => void): Promise<void> => {
      await head;
      await screening.loadSecondStage(report, signal);
    };
    this.loading = Promise.all([
      readiness.bring(PARTS.baselines, () => threats.restore(), options),
      readiness.bring(PARTS.encoder, (report) => screening.loadEncoder(report, signal), {
        ...options,
        without: 'Texts are screened by the rules alone until the model is loaded.',
      }),
      screening.hasSecondStage &&
        readiness.bring(PARTS.secondStage, secondStage, {
          ...options,
          without: 'Texts are screened without the second stage until it is loaded.',
        }),
    ]);
    this.every(SAVE_EVERY_MS, () => threats.save());
    this.every(COUNT_EVERY_MS, () => this.count());
  }

  /** What was learnt since the last save is lost: the connection to the broker is closed by now. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.timers.forEach((timer) => clearInterval(timer));
    await this.loading;
    await this.screening.close();
  }

  private async count(): Promise<void> {
    const restrictions = await this.threats.restrictions();
    for (const action of ACTIONS)
      securityMetrics.restrictions.set({ action }, restrictions.filter((each) => each.action === action).length);
    securityMetrics.subjects.set(this.detector.subjects);
  }

  private every(ms: number, work: () => Promise<void>): void {
    const run = () => void work().catch((error: unknown) => this.log.warn({ err: error }, 'threat upkeep failed'));
    this.timers.push(setInterval(run, ms).unref());
  }
}
