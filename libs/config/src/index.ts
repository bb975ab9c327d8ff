export * from './base.config.js';
export * from './config.js';
