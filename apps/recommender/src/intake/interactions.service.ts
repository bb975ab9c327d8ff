import type { Interaction } from '@llmos/contracts/capabilities/recommender';
import { retryConflicts } from '@llmos/resilience';
import { beganAtMs, type TaskContext } from '../task-context.js';
import type { DataFeed } from '../data/data-feed.js';
import { keyOf, type EntryRef } from '../data/entry-ref.js';
import { mergeInteractions, type MergeResult } from '../data/history.js';
import type { InteractionStore } from '../ports/interaction-store.port.js';
import { recommenderMetrics } from '../recommender.metrics.js';
import { runCooperatively } from '../training/cooperative.js';
import { inParallel, KeyedQueue } from '@llmos/resilience';
import { RowCheck, type CheckedRow, type InteractionLimits, type SentRow } from './row-check.js';
import { Tally, type Counts } from './tally.js';

/** Enough to use the connection to the broker fully. */
const MAX_PARALLEL_WRITES = 32;

/** Stores, exports and erases interactions. A write resolves when the recommendations of this replica use it. */
export class InteractionsService {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly store: InteractionStore,
    private readonly feed: DataFeed,
    private readonly limits: InteractionLimits,
  ) {}

  /**
   * Stores every valid row once, however often it is delivered: the same user, item, event and time is the same
   * interaction, and a row without a time gets the start of the run. Returns the outcome of the rows.
   *
   * @throws LlmosError UNAVAILABLE while the store is away. Rows that were stored before are duplicates in the next
   * try.
   */
  async record(rows: Iterable<SentRow>, task: TaskContext, tally = new Tally()): Promise<Counts> {
    const before = { accepted: tally.accepted, duplicates: tally.duplicates, rejected: tally.rejected };
    const check = new RowCheck(this.feed.tenant(task.tenant), this.limits, beganAtMs(task.run));
    const byUser = await runCooperatively(check.sort(rows, tally), task.signal);
    await inParallel(byUser, MAX_PARALLEL_WRITES, ([user, sent]) =>
      this.append({ tenant: task.tenant, id: user }, sent, task, tally),
    );
    for (const outcome of ['accepted', 'duplicates', 'rejected'] as const)
      recommenderMetrics.interactions.inc({ outcome }, tally[outcome] - before[outcome]);
    return tally.counts;
  }

  /** All stored interactions of a user. */
  async exportUser(user: string, { tenant }: Pick<TaskContext, 'tenant'>): Promise<Interaction[]> {
    const entry = await this.store.get({ tenant, id: user });
    return (entry?.value ?? []).map(({ item, event, value, atMs }) => ({
      user,
      item,
      event,
      value,
      at: new Date(atMs).toISOString(),
    }));
  }

  /** Erases a user. @returns how many interactions were erased; 0 for an unknown or already erased user. */
  async eraseUser(user: string, { tenant, signal }: Pick<TaskContext, 'tenant' | 'signal'>): Promise<number> {
    const ref = { tenant, id: user };
    const key = keyOf(ref);
    return this.queue.run(key, async () => {
      const stored = await this.store.get(ref);
      if (!stored) return 0;
      await this.feed.histories.reached(key, stored.revision, signal);
      await this.feed.histories.changed(key, () => this.store.erase(ref), signal);
      return stored.value.length;
    });
  }

  private async append(ref: EntryRef, rows: readonly CheckedRow[], task: TaskContext, tally: Tally): Promise<void> {
    const { outcomes } = await this.queue.run(keyOf(ref), () => this.write(ref, rows, task.signal));
    outcomes.forEach((outcome, n) => {
      if (outcome === 'accepted') tally.accepted++;
      else if (outcome === 'duplicate') tally.duplicates++;
      else
        tally.reject(
          rows[n]!.row,
          `at: older than the newest ${this.limits.maxHistory} interactions of this user, which are all that is kept`,
        );
    });
  }

  private write(ref: EntryRef, rows: readonly CheckedRow[], signal: AbortSignal): Promise<MergeResult> {
    return retryConflicts(async () => {
      const stored = await this.store.get(ref);
      const interactions = rows.map(({ item, event, value, atMs }) => ({ item, event, value, atMs }));
      const merged = mergeInteractions(stored?.value ?? [], interactions, this.limits.maxHistory);
      if (!merged.outcomes.includes('accepted')) return merged;
      const revision = await this.store.put(ref, merged.history, stored?.revision ?? 0);
      await this.feed.histories.reached(keyOf(ref), revision, signal);
      return merged;
    }, signal);
  }
}
