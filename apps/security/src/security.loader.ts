import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ResilientScreening } from './resilient-screening.service.js';
import { securityMetrics } from './security.metrics.js';
import { ThreatDetector } from './threats/threat-detector.js';
import { ThreatService } from './threats/threat.service.js';

const SAVE_EVERY_MS = 30_000;
const COUNT_EVERY_MS = 5_000;
const ACTIONS = ['slow', 'block', 'hold'] as const;

/** Brings the screening model and what was learnt of callers into memory, and keeps the latter saved. */
@Injectable()
export class SecurityLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private loading?: Promise<unknown>;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly screening: ResilientScreening,
    private readonly threats: ThreatService,
    private readonly detector: ThreatDetector,
  ) {}

  onModuleInit(): void {
    const { signal } = this.leaving;
    const options = { signal, log: this.log };
    this.loading = Promise.all([
      this.readiness.bring('model minilm', (report) => this.screening.load(report, signal), options),
      this.readiness.bring('threat baselines', () => this.threats.restore(), options),
    ]);
    this.every(SAVE_EVERY_MS, () => this.threats.save());
    this.every(COUNT_EVERY_MS, () => this.count());
  }

  /** What was learnt in the last seconds goes with the process: the broker's connection is closed by now. */
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
