import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import type { ServiceConfig } from '@llmos/mesh';
import { z } from 'zod';
import { parseKeys } from './auth/api-keys.js';
import { throttleSettings } from './throttle/throttle.config.js';

export const gatewayConfig = defineConfig({
  host: setting('LLMOS_HOST', z.string().default('127.0.0.1')),
  /** The next free port is taken when this one is not. */
  port: setting('LLMOS_PORT', z.coerce.number().int().min(0).max(65535).default(8000)),
  /** `key:tenant` or `key:tenant:role`, comma-separated. Without any, everybody is an operator of the tenant `default`. */
  apiKeys: setting('LLMOS_API_KEYS', z.string().default('').transform(parseKeys)),
  /** Largest request body, in bytes. */
  maxBodyBytes: setting('LLMOS_MAX_BODY_BYTES', z.coerce.number().int().positive().default(40_000_000)),
  /** Live runs answered at once; the next caller is told to come back. */
  maxLiveRuns: setting('LLMOS_MAX_LIVE_RUNS', z.coerce.number().int().positive().default(256)),
  /** Of these, how many one tenant may have; half of them when not set. Without keys there is one tenant, and no share. */
  maxLiveRunsPerTenant: setting('LLMOS_MAX_LIVE_RUNS_PER_TENANT', z.coerce.number().int().positive().optional()),
  /** The least time between two starts of a schedule, in seconds. */
  scheduleMinSeconds: setting('LLMOS_SCHEDULE_MIN_SECONDS', z.coerce.number().int().min(1).max(60).default(60)),
  /** How long an accepted (durable) run may take in all, in milliseconds. */
  durableDeadlineMs: setting(
    'LLMOS_DURABLE_DEADLINE_MS',
    z.coerce
      .number()
      .int()
      .positive()
      .default(24 * 3_600_000),
  ),
  ...throttleSettings,
});
export type GatewayConfig = ConfigOf<typeof gatewayConfig> & ServiceConfig;
