import type { Fault } from './fault.js';
import {
  isDoneTwice,
  isLost,
  type AcceptedEvent,
  type Ledger,
  type LiveCall,
  type Outcome,
  type Strike,
} from './ledger.js';

export const ANSWER_WITHIN_MS = 3_000;
export const WHOLE_WITHIN_MS = 10_000;

/** What was promised of a fault, and what was seen. */
export interface Verdict {
  readonly fault: string;
  readonly promise: string;
  /** Why it was not tried; then all counts are 0. */
  readonly skipped?: string;
  readonly times: number;
  readonly answers: Readonly<Partial<Record<Outcome, number>>>;
  /** What the callers were answered, the most frequent first. */
  readonly details: readonly string[];
  readonly longestMs: number;
  readonly recoveryMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly accepted: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Live callers who waited longer than promised, or were never answered. */
  readonly hung: number;
  /** The parts of the promise that were broken; empty if it was kept. */
  readonly broken: readonly string[];
}

/**
 * @param slack multiplies the promised times, for a machine that is busy with other work.
 */
export function judge(fault: Fault, ledgers: readonly Ledger[], slack: number): Verdict {
  const strikes: Strike[] = [];
  const calls: LiveCall[] = [];
  const events: AcceptedEvent[] = [];
  for (const ledger of ledgers) {
    ledger.strikes.forEach((strike, at) => {
      if (strike.fault !== fault.name) return;
      strikes.push(strike);
      calls.push(...ledger.calls.filter((call) => concerns(strike, call)));
      // An event belongs to the fault that came last, because a late repetition is a consequence too.
      const [from, to] = [at === 0 ? 0 : strike.brokenAtMs, ledger.strikes[at + 1]?.brokenAtMs ?? Infinity];
      for (const event of ledger.events.values())
        if (event.acceptedAtMs >= from && event.acceptedAtMs < to) events.push(event);
    });
  }
  const answerWithinMs = (fault.answerWithinMs ?? ANSWER_WITHIN_MS) * slack;
  const wholeWithinMs = (fault.wholeWithinMs ?? WHOLE_WITHIN_MS) * slack;
  const recoveries = strikes.map(({ wholeAtMs, mendedAtMs }) => wholeAtMs - mendedAtMs);
  const counts = {
    times: strikes.length,
    accepted: events.length,
    lost: events.filter(isLost).length,
    duplicated: events.filter(isDoneTwice).length,
    hung: calls.filter(({ outcome, waitedMs }) => outcome === 'silent' || waitedMs > answerWithinMs).length,
  };
  const failed = calls.filter(({ outcome }) => outcome === 'failed' || isUnreachable(fault, outcome));
  const late = recoveries.filter((ms) => ms > wholeWithinMs);
  const broken = [
    ...(counts.lost > 0 ? [`${counts.lost} accepted events lost`] : []),
    ...(counts.duplicated > 0 ? [`${counts.duplicated} accepted events done twice`] : []),
    ...(counts.hung > 0 ? [`${counts.hung} live callers waited over ${answerWithinMs / 1_000} s`] : []),
    ...(failed.length > 0 ? [`${failed.length} live callers were answered ${mostFrequent(failed)[0]!}`] : []),
    ...(late.length > 0 ? [`${late.length} times not whole within ${wholeWithinMs / 1_000} s`] : []),
    ...new Set(strikes.flatMap(({ complaint }) => complaint ?? [])),
  ];
  return {
    fault: fault.name,
    promise: fault.promise,
    ...counts,
    answers: tally(calls),
    details: mostFrequent(calls),
    longestMs: Math.max(0, ...calls.map(({ waitedMs }) => waitedMs)),
    recoveryMs: { p50: quantile(recoveries, 0.5), p99: quantile(recoveries, 0.99), max: quantile(recoveries, 1) },
    broken,
  };
}

/** A fault that this machine cannot try. */
export function skip({ name, promise }: Fault, reason: string): Verdict {
  const none = { times: 0, accepted: 0, lost: 0, duplicated: 0, hung: 0, longestMs: 0 };
  const nothing = { answers: {}, details: [], recoveryMs: { p50: 0, p99: 0, max: 0 }, broken: [] };
  return { fault: name, promise, skipped: reason, ...none, ...nothing };
}

/** Whether the caller was in flight when it broke, or asked before all was whole again. */
function concerns({ brokenAtMs, wholeAtMs }: Strike, { sentAtMs, waitedMs }: LiveCall): boolean {
  return sentAtMs + waitedMs > brokenAtMs && sentAtMs <= wholeAtMs;
}

function isUnreachable({ mayBeUnreachable }: Fault, outcome: Outcome): boolean {
  return outcome === 'unreachable' && mayBeUnreachable !== true;
}

function tally(calls: readonly LiveCall[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of calls) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function mostFrequent(calls: readonly LiveCall[]): string[] {
  const counts = new Map<string, number>();
  for (const { detail } of calls) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([detail, count]) => `${detail} (${count})`);
}

/** The smallest value that at least this share of the values does not exceed; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
