export * from './breaker.js';
export * from './deadline.js';
export * from './retry.js';
