import { defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import type { ServiceConfig } from '@llmos/mesh';
import { z } from 'zod';
import { parseKeys } from './auth/api-keys.js';
import { parseFloors } from './runs/tenant-floors.js';
import { parseNetworks } from './auth/client-address.js';
import { throttleSettings } from './throttle/throttle.config.js';

export const gatewayConfig = defineConfig({
  host: setting('LLMOS_HOST', z.string().default('127.0.0.1')),
  /** If it is in use, the next free port. */
  port: setting('LLMOS_PORT', z.coerce.number().int().min(0).max(65535).default(8000)),
  /**
   * Whether connections of callers come from the supervisor, which listens at the host and port above. The gateway then
   * has an address of its own on loopback, for health checks.
   */
  connectionsPassed: setting('LLMOS_CONNECTIONS_PASSED', flag().default(false)),
  /** Comma-separated `key:tenant` or `key:tenant:role`. Without keys, every caller is an operator of `default`. */
  apiKeys: setting('LLMOS_API_KEYS', z.string().default('').transform(parseKeys)),
  /** Proxies whose `X-Forwarded-For` is believed: comma-separated addresses or networks. */
  trustedProxies: setting(
    'LLMOS_TRUSTED_PROXIES',
    z
      .string()
      .default('')
      .transform((text, context) => {
        const networks = parseNetworks(text);
        if (!networks) context.addIssue('each must be an address or a network such as 10.0.0.0/8');
        return networks ?? [];
      }),
  ),
  /** What is known of a broker without three copies of each stream; see `durabilityCheck`. */
  durability: setting('LLMOS_NATS_DURABILITY', z.enum(['synced', 'relaxed']).optional()),
  /** Largest request body, in bytes. */
  maxBodyBytes: setting('LLMOS_MAX_BODY_BYTES', z.coerce.number().int().positive().default(40_000_000)),
  /** Live runs at once; further ones are refused with `OVERLOADED`. */
  maxLiveRuns: setting('LLMOS_MAX_LIVE_RUNS', z.coerce.number().int().positive().default(256)),
  /** Live runs at once of one tenant; half of all by default. Without keys there is one tenant, which has all. */
  maxLiveRunsPerTenant: setting('LLMOS_MAX_LIVE_RUNS_PER_TENANT', z.coerce.number().int().positive().optional()),
  /** Comma-separated `tenant=share`: the share of the places that is kept for a tenant while others burst. */
  tenantFloors: setting('LLMOS_TENANT_FLOORS', z.string().default('').transform(parseFloors)),
  /** The shortest time between two starts of a recurring run, in seconds. */
  scheduleMinSeconds: setting('LLMOS_SCHEDULE_MIN_SECONDS', z.coerce.number().int().min(1).max(60).default(60)),
  /** How long a durable run may take, in milliseconds. */
  durableDeadlineMs: setting(
    'LLMOS_DURABLE_DEADLINE_MS',
    z.coerce
      .number()
      .int()
      .positive()
      .default(24 * 3_600_000),
  ),
  /** How long ended runs and result events are kept. */
  runsKeptHours: setting('LLMOS_RUNS_KEPT_HOURS', z.coerce.number().min(0.25).max(8_784).default(168)),
  ...throttleSettings,
});
export type GatewayConfig = ConfigOf<typeof gatewayConfig> & ServiceConfig;
