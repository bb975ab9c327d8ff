import { OutcomeWindow } from './outcome-window.js';

/** When a breaker opens, and for how long. */
export interface BreakerRules {
  /** The breaker opens only after at least this many calls in the window. */
  readonly volume: number;
  /** Share of failures, in percent, that opens it. */
  readonly errorPercent: number;
  readonly windowMs: number;
  /** How long it stays open before it lets one call through. */
  readonly openMs: number;
}

export const BREAKER_RULES: BreakerRules = { volume: 5, errorPercent: 50, windowMs: 10_000, openMs: 5_000 };

/** What the sharers of a breaker write. The times count from when each of them sees the record: clocks may differ. */
export type BreakerRecord =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly forMs: number }
  /** One call is let through. If its outcome is not known after the lease, another one is. */
  | { readonly state: 'half-open'; readonly leaseMs: number };

/** A record at its revision, which counts the writes; 0: nothing has been written. */
export interface StoredRecord {
  readonly record: BreakerRecord;
  readonly revision: number;
}

/** A compare-and-set: it takes effect only if the revision is still `expected`. */
export interface BreakerWrite {
  readonly record: BreakerRecord;
  readonly expected: number;
}

/** How a call ended, as far as it shows whether the other side works. */
export type Outcome = 'ok' | 'failed' | 'neutral';

/** A call is let through, refused, or may be the one that tries: if {@link BreakerState.claim} is written. */
export type Decision = 'pass' | 'refuse' | 'claim';

const CLOSED: BreakerRecord = { state: 'closed' };

/**
 * A circuit breaker as one of its sharers sees it, without time, network or timers: whoever uses it brings those. All
 * writes are compare-and-set, so of any number of sharers one alone goes from open to half-open. Without a store the
 * sharer adopts its own writes ({@link adopt}).
 */
export class BreakerState {
  private known: StoredRecord & { readonly seenAtMs: number } = { record: CLOSED, revision: 0, seenAtMs: 0 };
  private readonly outcomes: OutcomeWindow;

  constructor(private readonly rules: BreakerRules) {
    this.outcomes = new OutcomeWindow(rules.windowMs);
  }

  get record(): BreakerRecord {
    return this.known.record;
  }

  get revision(): number {
    return this.known.revision;
  }

  decide(nowMs: number): Decision {
    if (this.record.state === 'closed') return 'pass';
    return this.waitMs(nowMs) > 0 ? 'refuse' : 'claim';
  }

  /** For how long no call is let through, in milliseconds; 0 if one may be. */
  waitMs(nowMs: number): number {
    const { record, seenAtMs } = this.known;
    if (record.state === 'closed') return 0;
    const waitMs = record.state === 'open' ? record.forMs : record.leaseMs;
    return Math.max(0, seenAtMs + waitMs - nowMs);
  }

  /** The write with which a call becomes the one that tries. It may do so for `leaseMs` from before the write. */
  claim(leaseMs: number, expected = this.revision): BreakerWrite {
    return { record: { state: 'half-open', leaseMs }, expected };
  }

  /** Counts a call that was let through while the breaker was closed. @returns the write that opens it, if it has to. */
  count(outcome: Outcome, nowMs: number): BreakerWrite | undefined {
    if (this.record.state !== 'closed' || outcome === 'neutral') return undefined;
    this.outcomes.add(outcome === 'ok', nowMs);
    const { calls, failures } = this.outcomes.sum(nowMs);
    if (calls < this.rules.volume || failures * 100 < this.rules.errorPercent * calls) return undefined;
    return { record: { state: 'open', forMs: this.rules.openMs }, expected: this.revision };
  }

  /** The write that ends a try. After an outcome that shows nothing, the next call tries at once. */
  conclude(outcome: Outcome, claimed: number): BreakerWrite {
    if (outcome === 'ok') return { record: CLOSED, expected: claimed };
    return { record: { state: 'open', forMs: outcome === 'neutral' ? 0 : this.rules.openMs }, expected: claimed };
  }

  /** A record was delivered by a watch. An older one than is known changes nothing. */
  saw(stored: StoredRecord, nowMs: number): void {
    if (stored.revision > this.revision) this.learn(stored, nowMs);
  }

  /** The record was read, or written by this sharer: it replaces what is known. */
  learn({ record, revision }: StoredRecord, nowMs: number): void {
    if (record.state === 'closed') this.outcomes.clear();
    this.known = { record, revision, seenAtMs: nowMs };
  }

  /** The store cannot be reached: the record of the write is this sharer's own view. */
  adopt({ record }: BreakerWrite, nowMs: number): void {
    this.learn({ record, revision: this.revision }, nowMs);
  }
}
