import type { Observation } from '@llmos/contracts/capabilities/security';
import { Baseline, type BaselineState } from './baseline.js';
import { DecayingCount } from './decaying-count.js';
import { COUNT_SIGNALS, MINUTE_RULES, MINUTE_SIGNALS, type CountSignal, type MinuteSignal } from './signals.js';

/** The part of a subject's state that is kept over a restart. */
export type SubjectMemory = Readonly<Partial<Record<MinuteSignal, BaselineState>>>;

/** How unusual a minute is: 0 usual, 1 unusual, 2 very unusual. */
export type Oddity = 0 | 1 | 2;

/** The number of consecutive complete minutes that were at least unusual, and that were very unusual. */
export interface Streak {
  readonly unusual: number;
  readonly very: number;
}

/** With fewer requests in a minute, the share of errors is not measured. */
const REQUESTS_FOR_A_SHARE = 20;
/** The most addresses, keys and wrong keys that are kept per subject. */
const MAX_REMEMBERED = 64;

const NO_STREAK: Streak = { unusual: 0, very: 0 };

/** Status codes of invalid requests without a signal of their own. Server errors are never counted. */
const INVALID = new Set([400, 405, 413, 415, 422]);
const RUN_ROUTE = /\/v1\/runs\/:/;

/** The state of one key, tenant or address: the current minute, the counts and the baselines. */
export class SubjectWatch {
  private readonly baselines: Record<MinuteSignal, Baseline>;
  private readonly counts: Record<CountSignal, DecayingCount>;
  private readonly recentRequests = new DecayingCount();
  private readonly addresses = new Set<string>();
  private readonly wrongKeys = new Set<string>();
  private readonly keys = new Set<string>();
  private readonly streaks: Record<MinuteSignal, Streak>;
  private requests = 0;
  private invalid = 0;
  private tokens = 0;

  constructor(
    /** The current minute, in minutes since 1970. */
    public minute: number,
    private readonly injectionScore: number,
    memory: SubjectMemory = {},
  ) {
    this.baselines = record(MINUTE_SIGNALS, (signal) => new Baseline(memory[signal]));
    this.counts = record(COUNT_SIGNALS, () => new DecayingCount());
    this.streaks = record(MINUTE_SIGNALS, () => NO_STREAK);
  }

  /** Whether enough is learnt to use the statistics and to keep the subject over a restart. */
  get learnt(): boolean {
    return this.baselines.request_rate.learnt;
  }

  /** Number of different valid keys used. */
  get keysUsed(): number {
    return this.keys.size;
  }

  /** Number of different unknown keys tried. */
  get guesses(): number {
    return this.wrongKeys.size;
  }

  forgetGuesses(): void {
    this.wrongKeys.clear();
  }

  /** Counts one request, or one durable run that ended; `now` is in minutes since 1970. */
  add(observation: Observation, now: number): void {
    const { kind, status, key, address, route, tokens, injectionScore } = observation;
    this.tokens += tokens;
    const attacks = injectionScore !== undefined && injectionScore >= this.injectionScore;
    if (attacks) this.counts.injection.add(now);
    // The request that started the run is an observation of its own.
    if (kind === 'run') return;
    this.requests += 1;
    this.recentRequests.add(now);
    if (INVALID.has(status) && !attacks) this.invalid += 1;
    if (address) remember(this.addresses, address);
    if (key && status !== 401) remember(this.keys, key);
    if (key && status === 401) remember(this.wrongKeys, key);
    if (status === 401) this.counts.auth_failures.add(now);
    if (status === 404) this.counts[RUN_ROUTE.test(route) ? 'run_probing' : 'route_scan'].add(now);
  }

  /** The recent count of a signal, and its share of the recent requests. */
  recent(signal: CountSignal, now: number): { count: number; share: number } {
    const count = this.counts[signal].value(now);
    const requests = this.recentRequests.value(now);
    return { count, share: count > 0 ? count / Math.max(count, requests) : 0 };
  }

  /** The value of the current minute so far; undefined if it is not meaningful yet. */
  measure(signal: MinuteSignal): number | undefined {
    switch (signal) {
      case 'request_rate':
        return this.requests;
      case 'spend':
        return this.tokens;
      case 'address_spread':
        return this.addresses.size;
      case 'error_rate':
        return this.requests >= REQUESTS_FOR_A_SHARE ? this.invalid / this.requests : undefined;
    }
  }

  baselineOf(signal: MinuteSignal): Baseline {
    return this.baselines[signal];
  }

  streakOf(signal: MinuteSignal): Streak {
    return this.streaks[signal];
  }

  /** Ends the current minute, learns its values, and starts another. */
  startMinute(minute: number, oddityOf: (signal: MinuteSignal) => Oddity): void {
    const isNext = minute === this.minute + 1;
    for (const signal of MINUTE_SIGNALS) {
      const value = this.requests > 0 ? this.measure(signal) : undefined;
      const oddity = oddityOf(signal);
      const { unusual, very } = this.streaks[signal];
      this.streaks[signal] = {
        unusual: isNext && oddity >= 1 ? unusual + 1 : 0,
        very: isNext && oddity === 2 ? very + 1 : 0,
      };
      if (value !== undefined) this.baselines[signal].learn(value, this.minute, MINUTE_RULES[signal].floor);
    }
    this.minute = minute;
    this.requests = this.invalid = this.tokens = 0;
    this.addresses.clear();
  }

  export(): SubjectMemory {
    return record(MINUTE_SIGNALS, (signal) => this.baselines[signal].export());
  }
}

function remember(values: Set<string>, value: string): void {
  if (values.size < MAX_REMEMBERED) values.add(value);
}

function record<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}
