import type { StoredInteraction } from '../data/history.js';
import type { EntryStore } from './entry-store.port.js';

/** Histories by user, oldest interaction first. */
export type InteractionStore = EntryStore<readonly StoredInteraction[]>;
