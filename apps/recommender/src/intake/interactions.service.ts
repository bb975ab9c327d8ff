import type { Interaction } from '@llmos/contracts/capabilities/recommender';
import { retryConflicts } from '@llmos/resilience';
import { beganAtMs, type Caller } from '../caller.js';
import type { DataFeed } from '../data/data-feed.js';
import { keyOf, type EntryRef } from '../data/entry-ref.js';
import { mergeDeeds, type MergeResult } from '../data/history.js';
import type { InteractionStore } from '../ports/interaction-store.port.js';
import { recommenderMetrics } from '../recommender.metrics.js';
import { givingWay } from '../training/give-way.js';
import { inLanes, KeyTurns } from './key-turns.js';
import { RowCheck, type CheckedRow, type InteractionLimits, type SentRow } from './row-check.js';
import { Tally, type Counts } from './tally.js';

/** Users written at once: enough to fill the broker's connection. */
const LANES = 32;

/** Takes, gives and forgets what users did. A write is answered when this replica's recommendations know of it. */
export class InteractionsService {
  private readonly turns = new KeyTurns();

  constructor(
    private readonly store: InteractionStore,
    private readonly feed: DataFeed,
    private readonly limits: InteractionLimits,
  ) {}

  /**
   * Stores every row that can be used, once however often it comes: the same user, item, event and time is the same
   * interaction, and a row without a time has its run's. Tells what became of each.
   *
   * @throws LlmosError UNAVAILABLE while the store is away; rows stored by then are duplicates of the next try.
   */
  async record(rows: Iterable<SentRow>, caller: Caller, tally = new Tally()): Promise<Counts> {
    const before = { accepted: tally.accepted, duplicates: tally.duplicates, rejected: tally.rejected };
    const check = new RowCheck(this.feed.tenant(caller.tenant), this.limits, beganAtMs(caller.run));
    const byUser = await givingWay(check.sort(rows, tally), caller.signal);
    await inLanes(byUser, LANES, ([user, sent]) =>
      this.append({ tenant: caller.tenant, id: user }, sent, caller, tally),
    );
    for (const outcome of ['accepted', 'duplicates', 'rejected'] as const)
      recommenderMetrics.interactions.inc({ outcome }, tally[outcome] - before[outcome]);
    return tally.counts;
  }

  /** Everything kept of a user, as the store has it. */
  async exportUser(user: string, { tenant }: Pick<Caller, 'tenant'>): Promise<Interaction[]> {
    const entry = await this.store.get({ tenant, id: user });
    return (entry?.value ?? []).map(({ item, event, value, atMs }) => ({
      user,
      item,
      event,
      value,
      at: new Date(atMs).toISOString(),
    }));
  }

  /** Forgets a user and gives how many interactions that were: 0 when somebody did so before. */
  async eraseUser(user: string, { tenant, signal }: Pick<Caller, 'tenant' | 'signal'>): Promise<number> {
    const ref = { tenant, id: user };
    const key = keyOf(ref);
    return this.turns.take(key, async () => {
      const stored = await this.store.get(ref);
      if (!stored) return 0;
      await this.feed.histories.reached(key, stored.revision, signal);
      await this.feed.histories.changed(key, () => this.store.erase(ref), signal);
      return stored.value.length;
    });
  }

  private async append(ref: EntryRef, rows: readonly CheckedRow[], caller: Caller, tally: Tally): Promise<void> {
    const { outcomes } = await this.turns.take(keyOf(ref), () => this.write(ref, rows, caller.signal));
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
      const deeds = rows.map(({ item, event, value, atMs }) => ({ item, event, value, atMs }));
      const merged = mergeDeeds(stored?.value ?? [], deeds, this.limits.maxHistory);
      if (!merged.outcomes.includes('accepted')) return merged;
      const revision = await this.store.put(ref, merged.history, stored?.revision ?? 0);
      await this.feed.histories.reached(keyOf(ref), revision, signal);
      return merged;
    }, signal);
  }
}
