export * from './logger.js';
export * from './metrics.js';
export * from './sdk.js';
export * from './tracing.js';
