export * from './breaker.js';
export * from './deadline.js';
export * from './in-parallel.js';
export * from './keyed-queue.js';
export * from './lane-queue.js';
export * from './retry.js';
