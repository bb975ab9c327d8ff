import type { Observation } from '@llmos/contracts/capabilities/security';
import { LRUCache } from 'lru-cache';
import {
  COUNT_RULES,
  COUNT_SIGNALS,
  MINUTE_RULES,
  MINUTE_SIGNALS,
  type CountSignal,
  type MinuteSignal,
  type Severity,
  type Signal,
} from './signals.js';
import { nameOf, SubjectTable, type Subject } from './subject-table.js';
import type { Oddity, Streak, SubjectMemory, SubjectWatch } from './subject-watch.js';
import type { ThreatLimits } from './threat-limits.js';

/** Something unusual about a subject; `ThreatService` decides on alerts and restrictions. */
export interface Finding {
  readonly subject: Subject;
  readonly signal: Signal;
  readonly severity: Severity;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly observed: number;
  readonly expected: number;
  readonly explanation: string;
  /** Whether several callers share the subject, so that a restriction would concern all of them. */
  readonly shared: boolean;
}

const MINUTE_MS = 60_000;
/** The same finding is not repeated within this time, unless it has become more severe. */
const QUIET_MINUTES = 10;
const MAX_REMEMBERED_FINDINGS = 50_000;
const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2 };
/** The distance from the baseline, in standard deviations and as a multiple of the expected value. */
const UNUSUAL = { z: 6, times: 3 };
const VERY_UNUSUAL = { z: 12, times: 6 };
/** With fewer requests in a minute, the absolute limit of the share of errors does not apply. */
const REQUESTS_FOR_ERROR_LIMIT = 60;
const KEYS_OF_A_PROXY = 3;
/** This many complete minutes before the current one must have been unusual too. */
const PERSISTENT_MINUTES = 2;

/**
 * Finds threats in a stream of observations: by absolute limits from the first request on and, after half an hour of
 * activity, by a robust z-score against the subject's own baseline. The statistics alone never give the severity
 * `high`. Pure: it takes the time from the observations.
 */
export class ThreatDetector {
  private readonly table: SubjectTable;
  private readonly reported = new LRUCache<string, { minute: number; severity: Severity }>({
    max: MAX_REMEMBERED_FINDINGS,
  });
  private latestMs = 0;

  constructor(private readonly limits: ThreatLimits) {
    this.table = new SubjectTable(limits.maxSubjects, limits.injectionScore);
  }

  get subjects(): number {
    return this.table.size;
  }

  /** @param nowMs later times of observations are replaced by this. */
  take(observations: readonly Observation[], nowMs: number): Finding[] {
    const findings: Finding[] = [];
    const touched = new Map<SubjectWatch, Subject>();
    for (const observation of observations) {
      const atMs = Math.min(Date.parse(observation.at), nowMs);
      this.latestMs = Math.max(this.latestMs, atMs);
      const now = atMs / MINUTE_MS;
      const watches = subjectsOf(observation).map((subject) => {
        const watch = this.table.open(subject, Math.floor(now));
        if (Math.floor(now) > watch.minute) {
          findings.push(...this.judge(subject, watch, watch.minute * MINUTE_MS + MINUTE_MS - 1));
          watch.startMinute(Math.floor(now), (signal) => oddityOf(signal, watch));
        }
        watch.add(observation, Math.max(now, watch.minute));
        touched.set(watch, subject);
        return watch;
      });
      findings.push(...this.guessedKey(observation, watches.at(-1), atMs));
    }
    for (const [watch, subject] of touched) findings.push(...this.judge(subject, watch, this.latestMs));
    return findings;
  }

  export(): Map<string, SubjectMemory> {
    return this.table.export();
  }

  import(memories: Iterable<readonly [string, SubjectMemory]>): void {
    this.table.import(memories);
  }

  private judge(subject: Subject, watch: SubjectWatch, atMs: number): Finding[] {
    const found: Finding[] = [];
    for (const signal of MINUTE_SIGNALS) {
      if (!MINUTE_RULES[signal].kinds.includes(subject.kind)) continue;
      const finding = this.judgeMinute(signal, subject, watch, atMs);
      if (finding && this.isNew(finding)) found.push(finding);
    }
    for (const signal of COUNT_SIGNALS) {
      if (!COUNT_RULES[signal].kinds.includes(subject.kind)) continue;
      const finding = this.judgeCount(signal, subject, watch, atMs);
      if (finding && this.isNew(finding)) found.push(finding);
    }
    return found;
  }

  private judgeMinute(signal: MinuteSignal, subject: Subject, watch: SubjectWatch, atMs: number): Finding | undefined {
    const observed = watch.measure(signal);
    if (observed === undefined) return undefined;
    const rule = MINUTE_RULES[signal];
    const baseline = watch.baselineOf(signal);
    const deviation = baseline.judge(observed, rule.floor);
    const limit = this.limits.minute[signal][subject.kind];
    const severity =
      (this.limitApplies(signal, watch) ? aboveLimit(observed, limit, signal) : undefined) ??
      unusual(oddityOf(signal, watch), watch.streakOf(signal));
    if (severity === undefined) return undefined;
    const expected = baseline.learnt ? deviation.expected : limit;
    const comparison = baseline.learnt
      ? `while ${rule.show(expected)} is usual`
      : `and ${rule.show(limit)} is the limit`;
    const what = `${rule.describe(observed)}, ${comparison}`;
    return this.finding({ subject, signal, severity, atMs, observed, expected, watch, what });
  }

  private limitApplies(signal: MinuteSignal, watch: SubjectWatch): boolean {
    return signal !== 'error_rate' || (watch.measure('request_rate') ?? 0) >= REQUESTS_FOR_ERROR_LIMIT;
  }

  private judgeCount(signal: CountSignal, subject: Subject, watch: SubjectWatch, atMs: number): Finding | undefined {
    const { count, share } = watch.recent(signal, atMs / MINUTE_MS);
    const limit = this.limits.count[signal];
    const rule = COUNT_RULES[signal];
    if (count < limit || share < rule.share) return undefined;
    const severity = count >= 4 * limit ? 'high' : count >= 2 * limit ? 'medium' : 'low';
    const what = rule.describe(count, limit);
    return this.finding({ subject, signal, severity, atMs, observed: count, expected: limit, watch, what });
  }

  /** A valid key after many different unknown keys from the same address. */
  private guessedKey(observation: Observation, address: SubjectWatch | undefined, atMs: number): Finding[] {
    const { key, status } = observation;
    if (!key || status === 401 || !address || address.guesses < this.limits.guesses) return [];
    const observed = address.guesses;
    address.forgetGuesses();
    const finding = this.finding({
      subject: { kind: 'key', id: key },
      signal: 'guessed_key',
      severity: 'high',
      atMs,
      observed,
      expected: 0,
      watch: address,
      what: `was used from ${observation.address} after ${observed} different unknown keys; it may have been guessed`,
    });
    return this.isNew(finding) ? [finding] : [];
  }

  private finding(parts: Omit<Finding, 'explanation' | 'shared'> & { watch: SubjectWatch; what: string }): Finding {
    const { watch, what, ...finding } = parts;
    const shared = isShared(parts.subject, watch);
    const name = { key: 'The API key', tenant: 'The tenant', address: 'The address' }[parts.subject.kind];
    const id = parts.subject.kind === 'key' ? parts.subject.id.slice(0, 12) : parts.subject.id;
    const why = { address: 'several keys use it, it may be a proxy', tenant: 'its requests carry no keys', key: '' };
    const unrestricted = shared ? ` (not restricted: ${why[parts.subject.kind]})` : '';
    return { ...finding, explanation: `${name} ${id} ${what}${unrestricted}.`, shared };
  }

  private isNew({ subject, signal, severity, atMs }: Finding): boolean {
    const name = `${nameOf(subject)} ${signal}`;
    const minute = atMs / MINUTE_MS;
    const before = this.reported.get(name);
    if (before && minute - before.minute < QUIET_MINUTES && RANK[severity] <= RANK[before.severity]) return false;
    this.reported.set(name, { minute, severity });
    return true;
  }
}

/** The address comes last. A request with an unknown key counts for no tenant. */
function subjectsOf({ key, tenant, address, status }: Observation): Subject[] {
  const known = status !== 401;
  return [
    ...(key && known ? [{ kind: 'key', id: key } as const] : []),
    ...(known ? [{ kind: 'tenant', id: tenant } as const] : []),
    ...(address ? [{ kind: 'address', id: address } as const] : []),
  ];
}

/** An address with several keys belongs to a proxy or a company; a tenant without keys is shared by all callers. */
function isShared({ kind }: Subject, { keysUsed }: SubjectWatch): boolean {
  return kind === 'address' ? keysUsed >= KEYS_OF_A_PROXY : kind === 'tenant' && keysUsed === 0;
}

function aboveLimit(observed: number, limit: number, signal: MinuteSignal): Severity | undefined {
  if (observed < limit) return undefined;
  return signal !== 'error_rate' && observed >= 3 * limit ? 'high' : 'medium';
}

function oddityOf(signal: MinuteSignal, watch: SubjectWatch): Oddity {
  const observed = watch.measure(signal);
  const rule = MINUTE_RULES[signal];
  const baseline = watch.baselineOf(signal);
  if (observed === undefined || observed < rule.from || !baseline.learnt) return 0;
  const { z, expected } = baseline.judge(observed, rule.floor);
  // A share of errors cannot be many times the expected share, so only the distance counts.
  if (signal === 'error_rate') return z >= UNUSUAL.z ? 1 : 0;
  const beyond = (measure: typeof UNUSUAL): boolean => z >= measure.z && observed >= measure.times * expected;
  return beyond(VERY_UNUSUAL) ? 2 : beyond(UNUSUAL) ? 1 : 0;
}

/** A single unusual minute is harmless; only persistent ones get a severity, unless the minute is very unusual. */
function unusual(oddity: Oddity, before: Streak): Severity | undefined {
  if (oddity === 2 && before.very >= PERSISTENT_MINUTES) return 'medium';
  if (oddity === 2 || (oddity === 1 && before.unusual >= PERSISTENT_MINUTES)) return 'low';
  return undefined;
}
