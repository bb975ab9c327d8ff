import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineConfig, flag, setting, type ConfigOf } from './config.js';

/** The settings of every process. */
export const baseConfig = defineConfig({
  /** Where models, data and logs are kept. */
  home: setting('LLMOS_HOME', path(), () => join(homedir(), '.cache', 'llmos')),
  /** The checkout. */
  root: setting('LLMOS_ROOT', path(), underRoot()),
  /** The folder of the pipeline files. */
  pipelinesDir: setting('LLMOS_PIPELINES_DIR', path(), underRoot('deploy', 'pipelines')),
  /** The catalog of the models. */
  catalogPath: setting('LLMOS_MODEL_CATALOG', path(), underRoot('deploy', 'models.yaml')),
  /** The sample data: questions, a help centre, a shop. */
  samplesDir: setting('LLMOS_SAMPLES_DIR', path(), underRoot('deploy', 'samples')),
  natsUrl: setting('LLMOS_NATS_URL', z.string().min(1).default('nats://127.0.0.1:4222')),
  natsUser: setting('LLMOS_NATS_USER', z.string().optional()),
  natsPassword: setting('LLMOS_NATS_PASSWORD', z.string().optional()),
  /** Copies of each stream, such as 3 in a NATS cluster. Unset: existing streams keep theirs, and new ones get 1. */
  natsReplicas: setting('LLMOS_NATS_REPLICAS', z.coerce.number().int().min(1).max(5).optional()),
  logLevel: setting('LLMOS_LOG_LEVEL', z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info')),
  /** The OTLP/HTTP address for spans, such as http://127.0.0.1:4318. Tracing is off without it. */
  otlpUrl: setting('LLMOS_OTLP_URL', z.string().optional()),
  /** The share of runs that are traced. The process that starts a run decides. */
  traceRatio: setting('LLMOS_TRACE_RATIO', z.coerce.number().min(0).max(1).default(1)),
  /** Port of /healthz, /readyz and /metrics; 0 lets the system choose. */
  healthPort: setting('LLMOS_HEALTH_PORT', z.coerce.number().int().min(0).max(65535).default(0)),
  healthHost: setting('LLMOS_HEALTH_HOST', z.string().default('127.0.0.1')),
  /** How many tasks a process works on at once, for each of its capabilities. */
  concurrency: setting('LLMOS_CONCURRENCY', z.coerce.number().int().min(1).max(1024).default(8)),
  /** `off`: the process tells no load, so that it receives no live tasks of its own, but those that are for all replicas. */
  routing: setting('LLMOS_ROUTING', z.enum(['on', 'off']).default('on')),
  /** The share of its time that a process has for durable work while callers wait; 1 makes no difference between them. */
  durableShare: setting('LLMOS_DURABLE_SHARE', z.coerce.number().min(0.01).max(1).default(0.1)),
  /** A circuit breaker opens after this many calls in its window, if so many of them failed. */
  breakerVolume: setting('LLMOS_BREAKER_VOLUME', z.coerce.number().int().min(1).max(10_000).default(5)),
  breakerErrorPercent: setting('LLMOS_BREAKER_ERROR_PERCENT', z.coerce.number().min(1).max(100).default(50)),
  breakerWindowMs: setting('LLMOS_BREAKER_WINDOW_MS', z.coerce.number().int().min(100).max(3_600_000).default(10_000)),
  /** How long it stays open before one call tries. */
  breakerOpenMs: setting('LLMOS_BREAKER_OPEN_MS', z.coerce.number().int().min(100).max(600_000).default(5_000)),
  /** Retries of failed tasks, for each 100 tasks of a capability. */
  retryPercent: setting('LLMOS_RETRY_PERCENT', z.coerce.number().min(0).max(100).default(10)),
  /** Exit when the parent process has ended. `llmos up` sets it, so that no process is left behind. */
  exitWithParent: setting('LLMOS_EXIT_WITH_PARENT', flag().default(false)),
});
export type BaseConfig = ConfigOf<typeof baseConfig>;

/** An absolute path, or one relative to the working directory. */
function path() {
  return z
    .string()
    .min(1)
    .transform((path) => resolve(path));
}

/** The fallback of a path that is in the checkout by default. */
export function underRoot(...segments: string[]): (environment: NodeJS.ProcessEnv) => string {
  return ({ LLMOS_ROOT }) => join(LLMOS_ROOT ?? findRoot(), ...segments);
}

/** The nearest folder above this file that contains `nx.json`, else the working directory. */
function findRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
  }
  return process.cwd();
}
