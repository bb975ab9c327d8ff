import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineConfig, flag, setting, type ConfigOf } from './config.js';

/** What every process of the house can be told. */
export const baseConfig = defineConfig({
  /** Where models, data and logs are kept. */
  home: setting(
    'LLMOS_HOME',
    z
      .string()
      .min(1)
      .default(join(homedir(), '.cache', 'llmos'))
      .transform((path) => resolve(path)),
  ),
  /** The checkout: pipelines, samples and the catalog lie under it. */
  root: setting(
    'LLMOS_ROOT',
    z
      .string()
      .min(1)
      .default(findRoot())
      .transform((path) => resolve(path)),
  ),
  natsUrl: setting('LLMOS_NATS_URL', z.string().min(1).default('nats://127.0.0.1:4222')),
  natsUser: setting('LLMOS_NATS_USER', z.string().optional()),
  natsPassword: setting('LLMOS_NATS_PASSWORD', z.string().optional()),
  /** Copies of each stream, such as 3 in a NATS cluster; unset leaves what is there, and makes 1 of what is not. */
  natsReplicas: setting('LLMOS_NATS_REPLICAS', z.coerce.number().int().min(1).max(5).optional()),
  logLevel: setting('LLMOS_LOG_LEVEL', z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info')),
  /** Where spans go, such as http://127.0.0.1:4318. Tracing is off without it. */
  otlpUrl: setting('LLMOS_OTLP_URL', z.string().optional()),
  /** The share of runs that are traced, decided where they come in. */
  traceRatio: setting('LLMOS_TRACE_RATIO', z.coerce.number().min(0).max(1).default(1)),
  /** Port of /healthz, /readyz and /metrics; 0 lets the system choose. */
  healthPort: setting('LLMOS_HEALTH_PORT', z.coerce.number().int().min(0).max(65535).default(0)),
  healthHost: setting('LLMOS_HEALTH_HOST', z.string().default('127.0.0.1')),
  /** Tasks one process works on at once, for each of its capabilities. */
  concurrency: setting('LLMOS_CONCURRENCY', z.coerce.number().int().min(1).max(1024).default(8)),
  /** Exit when the parent process has gone: set by `llmos up`, so that nothing is left behind. */
  exitWithParent: setting('LLMOS_EXIT_WITH_PARENT', flag().default(false)),
});
export type BaseConfig = ConfigOf<typeof baseConfig>;

/** The nearest folder above this file that holds `nx.json`, else the working directory. */
function findRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
  }
  return process.cwd();
}
