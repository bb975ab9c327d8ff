import type { EntryRef } from '../data/entry-ref.js';

/** A stored entry, or a change of one. */
export interface EntryChange<T> {
  readonly ref: EntryRef;
  /** Undefined if deleted or erased. */
  readonly value: T | undefined;
  /** Increases with every write in the store. */
  readonly revision: number;
}

export interface EntryWatcher<T> {
  onChange(change: EntryChange<T>): void;
  /** The tenant's keys were destroyed and its entries with them. Entries that were written later follow. */
  onForgotten(tenant: string): void;
}

/**
 * The store of entries of one kind. Every replica watches it. A write is stored when its promise resolves. All methods
 * reject with UNAVAILABLE while the store cannot be reached.
 */
export interface EntryStore<T> {
  get(ref: EntryRef): Promise<{ value: T; revision: number } | undefined>;

  /**
   * Writes the entry if it is still at revision `expected` (0: does not exist).
   *
   * @returns the new revision.
   * @throws LlmosError CONFLICT if another writer came in between, PAYLOAD_TOO_LARGE if the entry exceeds the limit.
   */
  put(ref: EntryRef, value: T, expected: number): Promise<number>;

  /** Deletes the entry and overwrites its bytes; watchers receive the deletion. */
  erase(ref: EntryRef): Promise<void>;

  /** Resolves when every stored entry has been delivered; changes follow until stopped, past outages of the store. */
  watch(watcher: EntryWatcher<T>): Promise<{ stop(): void }>;
}
