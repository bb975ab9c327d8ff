export * from './breaker.js';
export * from './deadline.js';
export * from './lane-queue.js';
export * from './retry.js';
