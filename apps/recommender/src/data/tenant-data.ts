import { EMPTY_COLUMNS, type HistoryColumns, toColumns, toInteractions } from './history-columns.js';
import type { StoredInteraction } from './history.js';
import { Names } from './names.js';
import { kindOfEvent, opinionsOf, RatingScale, type EventKind } from './opinion.js';
import { isDeleted, type ItemEntry, type StoredItem } from '../ports/item-store.port.js';

/**
 * The interactions and items of one tenant in memory: 24 bytes per interaction, and the texts and vectors of items.
 */
export class TenantData {
  private readonly itemNames = new Names();
  private readonly eventNames = new Names();
  private readonly histories = new Map<string, HistoryColumns>();
  private readonly described = new Map<string, StoredItem>();
  /** Deleted items, and whether they were described before. */
  private readonly deleted = new Map<string, boolean>();
  /** The number of users of each item, by the number of the item. */
  private readonly usersOf: number[] = [];
  /** The users for each item less those against it. */
  private readonly balanceOf: number[] = [];
  private readonly eventKinds: EventKind[] = [];
  private readonly ratings = new RatingScale();
  private shares?: { readonly of: TenantData; readonly key: string; readonly shared: number; readonly others: number };
  private interactionCount = 0;
  private itemsWithUsers = 0;
  /** Increases with every change of an interaction. */
  interactionsVersion = 0;
  /** Increases with every change of an item. */
  itemsVersion = 0;

  get users(): number {
    return this.histories.size;
  }

  get interactions(): number {
    return this.interactionCount;
  }

  /** Items that are described, have interactions, or both. */
  get items(): number {
    let count = this.itemsWithUsers;
    for (const id of this.described.keys()) if (!this.usersOf[this.itemNames.find(id) ?? -1]) count++;
    return count;
  }

  get isEmpty(): boolean {
    return this.histories.size === 0 && this.described.size === 0 && this.deleted.size === 0;
  }

  /** Whether the tenant describes its items, or did so and deleted them all. */
  get hasCatalogue(): boolean {
    return this.described.size > 0 || [...this.deleted.values()].includes(true);
  }

  /** The items with interactions: how many of them `other` describes, and how many it does not. */
  itemsSharedWith(other: TenantData): { readonly shared: number; readonly others: number } {
    const key = `${this.interactionsVersion}/${other.itemsVersion}`;
    if (this.shares?.of === other && this.shares.key === key) return this.shares;
    const used = this.usersOf.flatMap((count, number) => (count > 0 ? [this.itemNames.nameOf(number)] : []));
    const shared = used.filter((id) => other.described.has(id)).length;
    this.shares = { of: other, key, shared, others: used.length - shared };
    return this.shares;
  }

  /** The number of item ids that the tenant has used; its limit of items applies to it. */
  get knownItems(): number {
    return this.itemNames.size;
  }

  knowsItem(id: string): boolean {
    return this.itemNames.find(id) !== undefined;
  }

  hasUser(user: string): boolean {
    return this.histories.has(user);
  }

  /** Oldest first; empty for an unknown user. */
  historyOf(user: string): StoredInteraction[] {
    return toInteractions(this.histories.get(user) ?? EMPTY_COLUMNS, this.itemNames, this.eventNames);
  }

  /** The items of a user by what the latest interaction says about them. */
  opinionsOf(user: string): { readonly liked: ReadonlySet<string>; readonly against: ReadonlySet<string> } {
    const [liked, against] = [new Set<string>(), new Set<string>()];
    for (const [item, isFor] of this.opinionsIn(this.histories.get(user) ?? EMPTY_COLUMNS))
      (isFor ? liked : against).add(this.itemNames.nameOf(item));
    return { liked, against };
  }

  /** All users with their interactions, for a training; `against` marks those with items that the user is against. */
  *usersWithInteractions(): Generator<{
    user: string;
    interactions: Iterable<{ item: string; value: number; at: number; against: boolean }>;
  }> {
    for (const [user, columns] of this.histories) {
      const opinions = this.opinionsIn(columns);
      const interactions = toInteractions(columns, this.itemNames, this.eventNames).map(
        ({ item, value, atMs }, place) => ({ item, value, at: atMs, against: !opinions.get(columns.items[place]!) }),
      );
      yield { user, interactions };
    }
  }

  item(id: string): StoredItem | undefined {
    return this.described.get(id);
  }

  get describedItems(): ReadonlyMap<string, StoredItem> {
    return this.described;
  }

  isDeleted(id: string): boolean {
    return this.deleted.has(id);
  }

  usersOfItem(id: string): number {
    return this.usersOf[this.itemNames.find(id) ?? -1] ?? 0;
  }

  /** The users for each item less those against it, where more are for it. */
  popularity(): Map<string, number> {
    const counts = new Map<string, number>();
    this.balanceOf.forEach((count, number) => count > 0 && counts.set(this.itemNames.nameOf(number), count));
    return counts;
  }

  /** Replaces the history of a user; undefined if it was erased. */
  takeHistory(user: string, history: readonly StoredInteraction[] | undefined): void {
    const before = this.histories.get(user);
    if (before) this.count(before, -1);
    const after = history && toColumns(history, this.itemNames, this.eventNames);
    this.histories.delete(user);
    this.rescale(before, after);
    if (after) {
      this.histories.set(user, after);
      this.count(after, 1);
    }
    this.interactionsVersion++;
  }

  /** Takes an item, or that it was deleted; undefined if its entry is gone. */
  takeItem(id: string, entry: ItemEntry | undefined): void {
    this.described.delete(id);
    this.deleted.delete(id);
    if (entry) this.itemNames.numberOf(id);
    if (entry && isDeleted(entry)) this.deleted.set(id, entry.wasDescribed);
    else if (entry) this.described.set(id, entry);
    this.itemsVersion++;
  }

  /** Removes all users. */
  forgetHistories(): void {
    for (const user of [...this.histories.keys()]) this.takeHistory(user, undefined);
  }

  /** Removes the descriptions of all items. */
  forgetItems(): void {
    for (const id of [...this.described.keys(), ...this.deleted.keys()]) this.takeItem(id, undefined);
  }

  private count(columns: HistoryColumns, sign: 1 | -1): void {
    this.interactionCount += sign * columns.items.length;
    for (const [number, isFor] of this.opinionsIn(columns)) {
      const before = this.usersOf[number] ?? 0;
      this.usersOf[number] = before + sign;
      if (before === 0) this.itemsWithUsers++;
      else if (before + sign === 0) this.itemsWithUsers--;
      this.balanceOf[number] = (this.balanceOf[number] ?? 0) + (isFor ? sign : -sign);
    }
  }

  /** If the ratings that come or go change the scale, what others have said has another meaning: it is counted again. */
  private rescale(before: HistoryColumns | undefined, after: HistoryColumns | undefined): void {
    const { lowRating } = this.ratings;
    if (before) this.countRatings(before, -1);
    if (after) this.countRatings(after, 1);
    if (this.ratings.lowRating === lowRating) return;
    this.balanceOf.fill(0);
    for (const columns of this.histories.values())
      for (const [number, isFor] of this.opinionsIn(columns)) this.balanceOf[number]! += isFor ? 1 : -1;
  }

  private countRatings({ events, values }: HistoryColumns, sign: 1 | -1): void {
    events.forEach((event, at) => {
      if (this.kindOf(event) === 'rating') this.ratings.count(values[at]!, sign);
    });
  }

  private opinionsIn(columns: HistoryColumns): Map<number, boolean> {
    return opinionsOf(columns, (at) => this.kindOf(columns.events[at]!), this.ratings.lowRating);
  }

  private kindOf(event: number): EventKind {
    return (this.eventKinds[event] ??= kindOfEvent(this.eventNames.nameOf(event)));
  }
}
