import type { EntryRef } from '../data/entry-ref.js';

/** One change, or one entry of the replay. */
export interface EntryChange<T> {
  readonly ref: EntryRef;
  /** Undefined: deleted or erased. */
  readonly value: T | undefined;
  /** Grows with every write in the store, whatever the entry. */
  readonly revision: number;
}

export interface EntryWatcher<T> {
  onChange(change: EntryChange<T>): void;
  /** The tenant's keys were destroyed, and all its entries with them; those written since are told again. */
  onForgotten(tenant: string): void;
}

/**
 * Where entries of one kind live: the one truth that every replica follows. A write has been stored when its promise
 * resolves. Every method rejects with UNAVAILABLE while the store cannot be reached.
 */
export interface EntryStore<T> {
  get(ref: EntryRef): Promise<{ value: T; revision: number } | undefined>;

  /**
   * Writes the entry when it is still at revision `expected` (0: does not exist) and gives its new revision.
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between, PAYLOAD_TOO_LARGE when the store cannot take it.
   */
  put(ref: EntryRef, value: T, expected: number): Promise<number>;

  /** Forgets the entry for good: its bytes are overwritten, and watchers are told. */
  erase(ref: EntryRef): Promise<void>;

  /** Resolves when every stored entry has been delivered; changes follow until stopped, past outages of the store. */
  watch(watcher: EntryWatcher<T>): Promise<{ stop(): void }>;
}
