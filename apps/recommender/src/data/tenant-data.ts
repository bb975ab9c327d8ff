import { EMPTY_COLUMNS, type HistoryColumns, toColumns, toInteractions } from './history-columns.js';
import type { StoredInteraction } from './history.js';
import { Names } from './names.js';
import type { StoredItem } from '../ports/item-store.port.js';

/**
 * The interactions and items of one tenant in memory: 24 bytes per interaction, and the texts and vectors of items.
 */
export class TenantData {
  private readonly itemNames = new Names();
  private readonly eventNames = new Names();
  private readonly histories = new Map<string, HistoryColumns>();
  private readonly described = new Map<string, StoredItem>();
  /** The number of users of each item, by the number of the item. */
  private readonly usersOf: number[] = [];
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
    return this.histories.size === 0 && this.described.size === 0;
  }

  /** Whether this tenant describes no items, and all its interactions are with items that `other` describes. */
  usesOnlyItemsOf(other: TenantData): boolean {
    if (this.described.size > 0) return false;
    return this.usersOf.every((count, number) => count === 0 || other.described.has(this.itemNames.nameOf(number)));
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

  /** All users with their interactions, for a training. */
  *usersWithInteractions(): Generator<{
    user: string;
    interactions: Iterable<{ item: string; value: number; at: number }>;
  }> {
    for (const [user, columns] of this.histories) {
      const interactions = toInteractions(columns, this.itemNames, this.eventNames);
      yield { user, interactions: interactions.map(({ item, value, atMs }) => ({ item, value, at: atMs })) };
    }
  }

  item(id: string): StoredItem | undefined {
    return this.described.get(id);
  }

  get describedItems(): ReadonlyMap<string, StoredItem> {
    return this.described;
  }

  usersOfItem(id: string): number {
    return this.usersOf[this.itemNames.find(id) ?? -1] ?? 0;
  }

  /** The number of users of each item that has any. */
  popularity(): Map<string, number> {
    const counts = new Map<string, number>();
    this.usersOf.forEach((count, number) => count > 0 && counts.set(this.itemNames.nameOf(number), count));
    return counts;
  }

  /** Replaces the history of a user; undefined if it was erased. */
  takeHistory(user: string, history: readonly StoredInteraction[] | undefined): void {
    const before = this.histories.get(user);
    if (before) this.count(before, -1);
    const after = history && toColumns(history, this.itemNames, this.eventNames);
    if (after) {
      this.histories.set(user, after);
      this.count(after, 1);
    } else this.histories.delete(user);
    this.interactionsVersion++;
  }

  takeItem(id: string, item: StoredItem | undefined): void {
    if (item) {
      this.itemNames.numberOf(id);
      this.described.set(id, item);
    } else this.described.delete(id);
    this.itemsVersion++;
  }

  /** Removes all users. */
  forgetHistories(): void {
    for (const user of [...this.histories.keys()]) this.takeHistory(user, undefined);
  }

  /** Removes the descriptions of all items. */
  forgetItems(): void {
    for (const id of [...this.described.keys()]) this.takeItem(id, undefined);
  }

  private count(columns: HistoryColumns, sign: 1 | -1): void {
    this.interactionCount += sign * columns.items.length;
    for (const number of new Set(columns.items)) {
      const before = this.usersOf[number] ?? 0;
      this.usersOf[number] = before + sign;
      if (before === 0) this.itemsWithUsers++;
      else if (before + sign === 0) this.itemsWithUsers--;
    }
  }
}
