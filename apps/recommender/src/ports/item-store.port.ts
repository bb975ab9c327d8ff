import type { Item } from '@llmos/contracts/capabilities/recommender';
import type { EntryStore } from './entry-store.port.js';

/** An item as it is kept: what was said of it, and the vector it is found by before anybody has touched it. */
export interface StoredItem extends Item {
  /** The model and the text behind the vector; a vector of another model or text is of no use. */
  readonly embedding?: string;
  readonly vector?: Float32Array;
}

export type ItemStore = EntryStore<StoredItem>;
