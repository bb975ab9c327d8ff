export * from './differential-privacy/index.js';
export * from './envelope/index.js';
export * from './pii/index.js';
