import type { Observation } from '@llmos/contracts/capabilities/security';
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

/** Something unusual, before anybody has decided what to do about it. */
export interface Finding {
  readonly subject: Subject;
  readonly signal: Signal;
  readonly severity: Severity;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly observed: number;
  readonly expected: number;
  readonly explanation: string;
  /** Several callers stand behind the subject: to hold it back would hold back all of them. */
  readonly shared: boolean;
}

const MINUTE_MS = 60_000;
/** The same is not told again for so long, unless it has become worse. */
const QUIET_MINUTES = 10;
const MOST_TOLD = 50_000;
const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2 };
/** How far out, in standard deviations and as a multiple of what is usual. */
const UNUSUAL = { z: 6, times: 3 };
const VERY_UNUSUAL = { z: 12, times: 6 };
/** Fewer requests than these in a minute do not make a share of errors exceed a limit. */
const REQUESTS_FOR_A_LIMIT = 60;
const KEYS_OF_A_PROXY = 3;
/** So many whole minutes before the one under way must have been odd too. */
const PERSISTENT_MINUTES = 2;

/**
 * Finds what is unusual in a stream of observations: absolute limits from the first request on, and, once half an hour
 * of activity is known, a robust z-score against the subject's own usual. Pure: time is what the observations say.
 * The statistics alone never make anything `high`.
 */
export class ThreatDetector {
  private readonly table: SubjectTable;
  private readonly told = new Map<string, { minute: number; severity: Severity }>();
  private latestMs = 0;

  constructor(private readonly limits: ThreatLimits) {
    this.table = new SubjectTable(limits.maxSubjects, limits.injectionScore);
  }

  get subjects(): number {
    return this.table.size;
  }

  /** @param nowMs the latest time an observation may claim. */
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
          watch.turn(Math.floor(now), (signal) => oddityOf(signal, watch));
        }
        watch.add(observation, Math.max(now, watch.minute));
        touched.set(watch, subject);
        return watch;
      });
      findings.push(...this.guessed(observation, watches.at(-1), atMs));
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
      if (finding && this.isNews(finding)) found.push(finding);
    }
    for (const signal of COUNT_SIGNALS) {
      if (!COUNT_RULES[signal].kinds.includes(subject.kind)) continue;
      const finding = this.judgeCount(signal, subject, watch, atMs);
      if (finding && this.isNews(finding)) found.push(finding);
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
      (this.speaksAtOnce(signal, watch) ? aboveLimit(observed, limit, signal) : undefined) ??
      unusual(oddityOf(signal, watch), watch.streakOf(signal));
    if (severity === undefined) return undefined;
    const expected = baseline.learnt ? deviation.expected : limit;
    const beside = baseline.learnt ? `where ${rule.show(expected)} are usual` : `and ${rule.show(limit)} is the limit`;
    const what = `${rule.describe(observed)}, ${beside}`;
    return this.finding({ subject, signal, severity, atMs, observed, expected, watch, what });
  }

  private speaksAtOnce(signal: MinuteSignal, watch: SubjectWatch): boolean {
    return signal !== 'error_rate' || (watch.measure('request_rate') ?? 0) >= REQUESTS_FOR_A_LIMIT;
  }

  private judgeCount(signal: CountSignal, subject: Subject, watch: SubjectWatch, atMs: number): Finding | undefined {
    const { count, share } = watch.lately(signal, atMs / MINUTE_MS);
    const limit = this.limits.count[signal];
    const rule = COUNT_RULES[signal];
    if (count < limit || share < rule.share) return undefined;
    const severity = count >= 4 * limit ? 'high' : count >= 2 * limit ? 'medium' : 'low';
    const what = rule.describe(count, limit);
    return this.finding({ subject, signal, severity, atMs, observed: count, expected: limit, watch, what });
  }

  /** A known key that comes right after many different unknown ones from the same address. */
  private guessed(observation: Observation, address: SubjectWatch | undefined, atMs: number): Finding[] {
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
      what: `was used from ${observation.address} after ${observed} different unknown keys: it may have been guessed`,
    });
    return this.isNews(finding) ? [finding] : [];
  }

  private finding(parts: Omit<Finding, 'explanation' | 'shared'> & { watch: SubjectWatch; what: string }): Finding {
    const { watch, what, ...finding } = parts;
    const shared = isShared(parts.subject, watch);
    const name = { key: 'The API key', tenant: 'The tenant', address: 'The address' }[parts.subject.kind];
    const id = parts.subject.kind === 'key' ? parts.subject.id.slice(0, 12) : parts.subject.id;
    const why = { address: 'several keys come from there: is it a proxy?', tenant: 'no keys are set', key: '' };
    const unrestricted = shared ? ` (not restricted: ${why[parts.subject.kind]})` : '';
    return { ...finding, explanation: `${name} ${id} ${what}${unrestricted}.`, shared };
  }

  private isNews({ subject, signal, severity, atMs }: Finding): boolean {
    const name = `${nameOf(subject)} ${signal}`;
    const minute = atMs / MINUTE_MS;
    const before = this.told.get(name);
    if (before && minute - before.minute < QUIET_MINUTES && RANK[severity] <= RANK[before.severity]) return false;
    this.told.delete(name);
    this.told.set(name, { minute, severity });
    if (this.told.size > MOST_TOLD) this.told.delete(this.told.keys().next().value!);
    return true;
  }
}

/** The address comes last. A request without a known key speaks for no tenant. */
function subjectsOf({ key, tenant, address, status }: Observation): Subject[] {
  const known = status !== 401;
  return [
    ...(key && known ? [{ kind: 'key', id: key } as const] : []),
    ...(known ? [{ kind: 'tenant', id: tenant } as const] : []),
    ...(address ? [{ kind: 'address', id: address } as const] : []),
  ];
}

/** An address with several keys is a proxy's or a company's; a tenant that no key speaks for is everybody. */
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
  // A share of errors cannot be many times the usual one: its distance alone counts.
  if (signal === 'error_rate') return z >= UNUSUAL.z ? 1 : 0;
  const beyond = (measure: typeof UNUSUAL): boolean => z >= measure.z && observed >= measure.times * expected;
  return beyond(VERY_UNUSUAL) ? 2 : beyond(UNUSUAL) ? 1 : 0;
}

/** One odd minute is life; only what goes on is acted upon. */
function unusual(oddity: Oddity, before: Streak): Severity | undefined {
  if (oddity === 2 && before.very >= PERSISTENT_MINUTES) return 'medium';
  if (oddity === 2 || (oddity === 1 && before.unusual >= PERSISTENT_MINUTES)) return 'low';
  return undefined;
}
