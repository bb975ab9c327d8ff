import type { Item } from '@llmos/contracts/capabilities/recommender';
import type { EntryStore } from './entry-store.port.js';

/** An item with the vector of its text. */
export interface StoredItem extends Item {
  /** Identifies the model and the text of the vector. */
  readonly embedding?: string;
  readonly vector?: Float32Array;
}

/** What is left of a deleted item: interactions with it may remain, and it must not be recommended because of them. */
export interface DeletedItem {
  readonly id: string;
  readonly deleted: true;
  /** Whether there was an item, and not only interactions with its id. */
  readonly wasDescribed: boolean;
}

export type ItemEntry = StoredItem | DeletedItem;

export type ItemStore = EntryStore<ItemEntry>;

export function isDeleted(entry: ItemEntry): entry is DeletedItem {
  return 'deleted' in entry;
}
