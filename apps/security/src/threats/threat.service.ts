import { newRunId } from '@llmos/contracts';
import type { Alert, Observation, Restriction } from '@llmos/contracts/capabilities/security';
import type { BaselineStore } from '../ports/baseline-store.port.js';
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
  /** Told of each alert as it is raised. */
  readonly onAlert: (alert: Alert) => void;
  /** Told when a restriction could not be put in place, or baselines not be saved; the alerts go out all the same. */
  readonly onProblem: (what: string, error: unknown) => void;
  readonly now?: () => number;
}

/** Reports remembered, so that a batch that is delivered again is not counted again. */
const REPORTS_REMEMBERED = 256;
/** Restrictions written side by side. */
const AT_ONCE = 32;

/** Judges what the gateways saw, and holds back who has to be held back. */
export class ThreatService {
  private readonly reports = new Map<string, Promise<ThreatReport>>();
  private changed = false;
  private readonly now: () => number;

  constructor(private readonly options: ThreatServiceOptions) {
    this.now = options.now ?? Date.now;
  }

  /**
   * Takes a batch of observations into account.
   *
   * @param run the batch's id: the same one again gives the same report and counts nothing twice.
   */
  async detect(observations: readonly Observation[], run: string): Promise<ThreatReport> {
    const known = this.reports.get(run);
    if (known) return known;
    const report = this.judge(observations);
    this.reports.set(run, report);
    if (this.reports.size > REPORTS_REMEMBERED) this.reports.delete(this.reports.keys().next().value!);
    return report;
  }

  lift(id: string): Promise<boolean> {
    return this.options.register.lift(id, this.now());
  }

  restrictions(): Promise<Restriction[]> {
    return this.options.register.list(this.now());
  }

  /** Takes up what was learnt before this process began. */
  async restore(): Promise<void> {
    this.options.detector.import(await this.options.baselines.load());
  }

  /** Leaves what has been learnt for the others and for the next start; never rejects. */
  async save(): Promise<void> {
    if (!this.changed) return;
    this.changed = false;
    try {
      await this.options.baselines.save(this.options.detector.export());
    } catch (error) {
      this.changed = true;
      this.options.onProblem('what is usual could not be saved', error);
    }
  }

  private async judge(observations: readonly Observation[]): Promise<ThreatReport> {
    const nowMs = this.now();
    const findings = this.options.detector.take(observations, nowMs);
    this.changed = true;
    const alerts: Alert[] = [];
    const restrictions = new Map<string, Restriction>();
    for (let from = 0; from < findings.length; from += AT_ONCE) {
      const some = findings.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map((finding) => this.hold(finding, nowMs)));
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

  private async hold(finding: Finding, nowMs: number): Promise<Restriction | undefined> {
    try {
      return await this.options.register.answer(finding, nowMs);
    } catch (error) {
      this.options.onProblem('a restriction could not be put in place', error);
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
