import { newRunId } from '@llmos/contracts';
import type { Alert, Observation, Restriction } from '@llmos/contracts/capabilities/security';
import { LRUCache } from 'lru-cache';
import type { BaselineStore } from './ports/baseline-store.port.js';
import type { RestrictionRegister } from './restriction-register.js';
import type { Finding, ThreatDetector } from './threat-detector.js';

export interface ThreatReport {
  readonly alerts: Alert[];
  readonly restrictions: Restriction[];
}

export interface ThreatServiceOptions {
  readonly detector: ThreatDetector;
  readonly register: RestrictionRegister;
  readonly baselines: BaselineStore;
  /** Receives each alert when it is raised. */
  readonly onAlert: (alert: Alert) => void;
  /** Receives failures to store a restriction or the baselines; alerts are raised nevertheless. */
  readonly onProblem: (what: string, error: unknown) => void;
  readonly now?: () => number;
}

/** The number of reports kept, so that a redelivered batch is not counted again. */
const MAX_REPORTS = 256;
/** How many findings are handled concurrently. */
const CONCURRENCY = 32;

/** Judges the observations of the gateways, raises alerts and restricts callers. */
export class ThreatService {
  private readonly reports = new LRUCache<string, Promise<ThreatReport>>({ max: MAX_REPORTS });
  private changed = false;
  private readonly now: () => number;

  constructor(private readonly options: ThreatServiceOptions) {
    this.now = options.now ?? Date.now;
  }

  /**
   * Judges a batch of observations.
   *
   * @param run id of the batch. The same id again returns the same report and counts nothing twice.
   */
  async detect(observations: readonly Observation[], run: string): Promise<ThreatReport> {
    const known = this.reports.get(run);
    if (known) return known;
    const report = this.judge(observations);
    this.reports.set(run, report);
    return report;
  }

  lift(id: string): Promise<boolean> {
    return this.options.register.lift(id, this.now());
  }

  restrictions(): Promise<Restriction[]> {
    return this.options.register.list(this.now());
  }

  /** Loads the baselines that were learnt before this process started. */
  async restore(): Promise<void> {
    this.options.detector.import(await this.options.baselines.load());
  }

  /** Saves the learnt baselines for other replicas and for the next start; never rejects. */
  async save(): Promise<void> {
    if (!this.changed) return;
    this.changed = false;
    try {
      await this.options.baselines.save(this.options.detector.export());
    } catch (error) {
      this.changed = true;
      this.options.onProblem('the baselines could not be saved', error);
    }
  }

  private async judge(observations: readonly Observation[]): Promise<ThreatReport> {
    const nowMs = this.now();
    const findings = this.options.detector.take(observations, nowMs);
    this.changed = true;
    const alerts: Alert[] = [];
    const restrictions = new Map<string, Restriction>();
    for (let from = 0; from < findings.length; from += CONCURRENCY) {
      const some = findings.slice(from, from + CONCURRENCY);
      const answers = await Promise.all(some.map((finding) => this.restrict(finding, nowMs)));
      some.forEach((finding, index) => {
        const restriction = answers[index];
        if (restriction) restrictions.set(restriction.id, restriction);
        const alert = alertOf(finding, restriction);
        alerts.push(alert);
        this.options.onAlert(alert);
      });
    }
    return { alerts, restrictions: [...restrictions.values()] };
  }

  private async restrict(finding: Finding, nowMs: number): Promise<Restriction | undefined> {
    try {
      return await this.options.register.respondTo(finding, nowMs);
    } catch (error) {
      this.options.onProblem('a restriction could not be stored', error);
      return undefined;
    }
  }
}

function alertOf(finding: Finding, restriction: Restriction | undefined): Alert {
  const { subject, signal, severity, observed, expected, explanation } = finding;
  return {
    id: newRunId(),
    at: new Date(finding.atMs).toISOString(),
    subject,
    signal,
    severity,
    observed,
    expected: Number.isFinite(expected) ? expected : 0,
    explanation,
    ...(restriction ? { restriction: restriction.id } : {}),
  };
}
