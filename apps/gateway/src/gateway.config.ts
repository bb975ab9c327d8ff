import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import type { ServiceConfig } from '@llmos/mesh';
import { z } from 'zod';

export const gatewayConfig = defineConfig({
  host: setting('LLMOS_HOST', z.string().default('127.0.0.1')),
  /** The next free port is taken when this one is not. */
  port: setting('LLMOS_PORT', z.coerce.number().int().min(0).max(65535).default(8000)),
  /** `key:tenant` pairs, comma-separated. Without any, every caller is the tenant `default`. */
  apiKeys: setting('LLMOS_API_KEYS', z.string().default('').transform(parseKeys)),
  /** Largest request body, in bytes. */
  maxBodyBytes: setting('LLMOS_MAX_BODY_BYTES', z.coerce.number().int().positive().default(40_000_000)),
  /** Live runs answered at once; the next caller is told to come back. */
  maxLiveRuns: setting('LLMOS_MAX_LIVE_RUNS', z.coerce.number().int().positive().default(256)),
  /** How long an accepted (durable) run may take in all, in milliseconds. */
  durableDeadlineMs: setting(
    'LLMOS_DURABLE_DEADLINE_MS',
    z.coerce
      .number()
      .int()
      .positive()
      .default(24 * 3_600_000),
  ),
});
export type GatewayConfig = ConfigOf<typeof gatewayConfig> & ServiceConfig;

function parseKeys(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair) => [pair.slice(0, pair.lastIndexOf(':')).trim(), pair.slice(pair.lastIndexOf(':') + 1).trim()]),
  );
}
