export * from './adaptive-limit.js';
export * from './admission.js';
export * from './floors.js';
export * from './breaker.js';
export {
  BREAKER_RULES,
  type BreakerRecord,
  type BreakerRules,
  type BreakerWrite,
  type Outcome,
  type StoredRecord,
} from './breaker-state.js';
export * from './deadline.js';
export * from './in-parallel.js';
export * from './keyed-queue.js';
export * from './fair-queue.js';
export * from './retry.js';
export * from './running-mean.js';
export * from './retry-budget.js';
export * from './with-breaker.js';
export * from './steady-now.js';
