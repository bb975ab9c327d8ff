import type { Bus, KvBucket } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import {
  Breaker,
  RetryBudget,
  type BreakerOptions,
  type BreakerRules,
  type BreakerStore,
  type StoredRecord,
} from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { reportBreaker } from './breaker-reports.js';

export interface BreakersOptions {
  /** The name of this process's app. */
  readonly service?: string;
  readonly rules?: BreakerRules;
  /** Retries for each 100 tasks of a capability. */
  readonly retryPercent?: number;
  readonly log?: Pick<Logger, 'warn'>;
}

/** A record without a write for this long is forgotten. A breaker that is open is written sooner, if anybody calls. */
const KEPT_MS = 3_600_000;
/**
 * A store that does not answer for this long counts as away: whoever asks to be the one that tries waits for it. Shorter,
 * a busy machine would let several try.
 */
const STORE_MS = 2_500;
const RETRY_PERCENT = 10;

const recordSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('closed') }),
  z.object({ state: z.literal('open'), forMs: z.number().nonnegative() }),
  z.object({ state: z.literal('half-open'), leaseMs: z.number().nonnegative() }),
]);
const NOTHING: StoredRecord = { record: { state: 'closed' }, revision: 0 };

/**
 * The circuit breakers and retry budgets of a process: one of each for every capability, shared by all processes of the
 * installation, and one breaker for every dependency that replicas share. Made without a bus, nothing is shared.
 */
@Injectable()
export class Breakers {
  private readonly byKey = new Map<string, Breaker>();
  private readonly budgets = new Map<string, RetryBudget>();
  /** What the watch delivered, also of breakers that this process has not used yet. */
  private readonly stored = new Map<string, StoredRecord>();
  private bus: Bus | undefined;
  private bucket: KvBucket | undefined;
  private watching: { stop(): void } | undefined;

  constructor(private readonly options: BreakersOptions = {}) {}

  /** Follows the shared records until {@link stop}. While the broker is away each process goes by its own view. */
  static async open(bus: Bus, options: BreakersOptions): Promise<Breakers> {
    const breakers = new Breakers(options);
    breakers.bus = bus;
    breakers.bucket = await bus.kv(BUCKETS.breakers, { storage: 'memory', ttlMs: KEPT_MS });
    breakers.watching = await breakers.bucket.watch({
      onEntry: ({ key, value, revision }) => breakers.read(key, { record: recordOf(value), revision }),
    });
    bus.onReconnect(() => {
      breakers.stored.clear();
      for (const breaker of breakers.byKey.values()) void breaker.refresh();
    });
    return breakers;
  }

  stop(): void {
    this.watching?.stop();
  }

  /** The breaker around a capability, as whoever hands on its tasks and whoever does them sees it. */
  of(capability: string): Breaker {
    return this.breaker(`step.${capability}`, capability);
  }

  /** The settings of a breaker around something that all replicas of this service call, such as a model server. */
  shared(name: string): BreakerOptions {
    const key = `of.${this.options.service ?? 'test'}.${name.replace(/[^-/=.\w]/g, '_')}`;
    return { ...this.own(name), store: this.storeOf(key), follow: (breaker) => this.follow(key, breaker) };
  }

  /** The settings of a breaker around something that this process alone has, such as a model in its memory. */
  own(name: string): BreakerOptions {
    const { rules, log } = this.options;
    return { name, rules, events: reportBreaker(name, log) };
  }

  /** The budget that retries of tasks of a capability share. */
  budgetOf(capability: string): RetryBudget {
    let budget = this.budgets.get(capability);
    if (!budget) {
      budget = new RetryBudget({ percent: this.options.retryPercent ?? RETRY_PERCENT });
      this.budgets.set(capability, budget);
    }
    return budget;
  }

  private breaker(key: string, name: string): Breaker {
    const known = this.byKey.get(key);
    if (known) return known;
    const breaker = new Breaker({ ...this.own(name), store: this.storeOf(key) });
    this.follow(key, breaker);
    return breaker;
  }

  private follow(key: string, breaker: Breaker): void {
    this.byKey.set(key, breaker);
    const stored = this.stored.get(key);
    if (stored) breaker.saw(stored);
  }

  private read(key: string, stored: StoredRecord): void {
    this.stored.set(key, stored);
    // Whoever hands on tasks of a capability may not have done so yet.
    const breaker = this.byKey.get(key) ?? (key.startsWith('step.') ? this.of(key.slice('step.'.length)) : undefined);
    breaker?.saw(stored);
  }

  private storeOf(key: string): BreakerStore | undefined {
    const { bus, bucket } = this;
    if (!bus || !bucket) return undefined;
    const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
      if (!bus.usable) throw away();
      const given = new AbortController();
      const limit = pause(STORE_MS, undefined, { signal: given.signal }).then(() => Promise.reject(away()));
      limit.catch(() => undefined);
      try {
        return await Promise.race([work(), limit]);
      } finally {
        given.abort();
      }
    };
    return {
      write: ({ record, expected }) =>
        inTime(() => bucket.update(key, new TextEncoder().encode(JSON.stringify(record)), expected)),
      read: () =>
        inTime(async () => {
          const entry = await bucket.get(key);
          return entry ? { record: recordOf(entry.value), revision: entry.revision } : NOTHING;
        }),
    };
  }
}

/** A record that this version cannot read counts as closed: calls are made, and count. */
function recordOf(value: Uint8Array | undefined): StoredRecord['record'] {
  if (value === undefined) return NOTHING.record;
  try {
    return recordSchema.parse(JSON.parse(new TextDecoder().decode(value)));
  } catch {
    return NOTHING.record;
  }
}

function away(): LlmosError {
  return new LlmosError('UNAVAILABLE', 'The shared state of circuit breakers cannot be reached.');
}
