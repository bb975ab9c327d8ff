import type { Item } from '@llmos/contracts/capabilities/recommender';
import type { EntryStore } from './entry-store.port.js';

/** An item with the vector of its text. */
export interface StoredItem extends Item {
  /** Identifies the model and the text of the vector. */
  readonly embedding?: string;
  readonly vector?: Float32Array;
}

export type ItemStore = EntryStore<StoredItem>;
