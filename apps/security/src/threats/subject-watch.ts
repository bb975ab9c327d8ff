import type { Observation } from '@llmos/contracts/capabilities/security';
import { Baseline, type BaselineState } from './baseline.js';
import { DecayingCount } from './decaying-count.js';
import { COUNT_SIGNALS, MINUTE_RULES, MINUTE_SIGNALS, type CountSignal, type MinuteSignal } from './signals.js';

/** What is known of one subject after a restart. */
export type SubjectMemory = Readonly<Partial<Record<MinuteSignal, BaselineState>>>;

/** How far a minute is from what is usual: 0 within it, 1 unusual, 2 very unusual. */
export type Oddity = 0 | 1 | 2;

/** For how many minutes without a break, up to the last whole one, it has been at least unusual, and very unusual. */
export interface Streak {
  readonly unusual: number;
  readonly very: number;
}

/** Fewer requests than these in a minute say nothing about a share of errors. */
const REQUESTS_FOR_A_SHARE = 20;
/** Addresses, keys and wrong keys remembered of one subject. */
const MOST_REMEMBERED = 64;

const NO_STREAK: Streak = { unusual: 0, very: 0 };

/** The refusals that are the caller's fault and no signal of their own; what this side did wrong is never counted. */
const FAULTY = new Set([400, 405, 413, 415, 422]);
const RUN_ROUTE = /\/v1\/runs\/:/;

/** What is known and seen of one key, tenant or address: the minute under way, the counts and what is usual. */
export class SubjectWatch {
  private readonly baselines: Record<MinuteSignal, Baseline>;
  private readonly counts: Record<CountSignal, DecayingCount>;
  private readonly requestsLately = new DecayingCount();
  private readonly addresses = new Set<string>();
  private readonly wrongKeys = new Set<string>();
  private readonly keys = new Set<string>();
  private readonly streaks: Record<MinuteSignal, Streak>;
  private requests = 0;
  private faulty = 0;
  private tokens = 0;

  constructor(
    /** The minute under way, counted from 1970. */
    public minute: number,
    private readonly injectionScore: number,
    memory: SubjectMemory = {},
  ) {
    this.baselines = record(MINUTE_SIGNALS, (signal) => new Baseline(memory[signal]));
    this.counts = record(COUNT_SIGNALS, () => new DecayingCount());
    this.streaks = record(MINUTE_SIGNALS, () => NO_STREAK);
  }

  /** Whether enough is known for the statistics to speak, and for the subject to be worth remembering. */
  get learnt(): boolean {
    return this.baselines.request_rate.learnt;
  }

  /** Different known keys that were used. */
  get keysUsed(): number {
    return this.keys.size;
  }

  /** Different unknown keys it has tried. */
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
    // The request that started the run has an observation of its own.
    if (kind === 'run') return;
    this.requests += 1;
    this.requestsLately.add(now);
    if (FAULTY.has(status) && !attacks) this.faulty += 1;
    if (address) remember(this.addresses, address);
    if (key && status !== 401) remember(this.keys, key);
    if (key && status === 401) remember(this.wrongKeys, key);
    if (status === 401) this.counts.auth_failures.add(now);
    if (status === 404) this.counts[RUN_ROUTE.test(route) ? 'run_probing' : 'route_scan'].add(now);
  }

  /** How often something has happened lately, and in what share of the requests. */
  lately(signal: CountSignal, now: number): { count: number; share: number } {
    const count = this.counts[signal].value(now);
    const requests = this.requestsLately.value(now);
    return { count, share: count > 0 ? count / Math.max(count, requests) : 0 };
  }

  /** The value of the minute so far; undefined where it says nothing yet. */
  measure(signal: MinuteSignal): number | undefined {
    switch (signal) {
      case 'request_rate':
        return this.requests;
      case 'spend':
        return this.tokens;
      case 'address_spread':
        return this.addresses.size;
      case 'error_rate':
        return this.requests >= REQUESTS_FOR_A_SHARE ? this.faulty / this.requests : undefined;
    }
  }

  baselineOf(signal: MinuteSignal): Baseline {
    return this.baselines[signal];
  }

  streakOf(signal: MinuteSignal): Streak {
    return this.streaks[signal];
  }

  /** Ends the minute under way, learns from it, and begins another. */
  turn(minute: number, oddityOf: (signal: MinuteSignal) => Oddity): void {
    const goesOn = minute === this.minute + 1;
    for (const signal of MINUTE_SIGNALS) {
      const value = this.requests > 0 ? this.measure(signal) : undefined;
      const oddity = oddityOf(signal);
      const { unusual, very } = this.streaks[signal];
      this.streaks[signal] = {
        unusual: goesOn && oddity >= 1 ? unusual + 1 : 0,
        very: goesOn && oddity === 2 ? very + 1 : 0,
      };
      if (value !== undefined) this.baselines[signal].learn(value, this.minute, MINUTE_RULES[signal].floor);
    }
    this.minute = minute;
    this.requests = this.faulty = this.tokens = 0;
    this.addresses.clear();
  }

  export(): SubjectMemory {
    return record(MINUTE_SIGNALS, (signal) => this.baselines[signal].export());
  }
}

function remember(values: Set<string>, value: string): void {
  if (values.size < MOST_REMEMBERED) values.add(value);
}

function record<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}
