export type { EntryRef, EntryUser } from './entry-keys.js';
export { parseRedisUrl, type RedisAddress } from './redis-address.js';
export { stateConfig, type StateConfig } from './state.config.js';
export { StateStore, type ListLimits, type StateEntry, type StateStoreOptions } from './state-store.js';
