import type { Deed } from '../data/history.js';
import type { EntryStore } from './entry-store.port.js';

/** Whole histories, oldest deed first, by user. */
export type InteractionStore = EntryStore<readonly Deed[]>;
