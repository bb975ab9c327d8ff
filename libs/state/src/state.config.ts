import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { z } from 'zod';
import { parseRedisUrl } from './redis-address.js';

/** Where a process finds Redis. Without an address it works without memory. */
export const stateConfig = defineConfig({
  /** `redis://…`, `rediss://…` or `unix:///…`. `llmos up` sets it to the Redis that it starts. */
  redisUrl: setting('LLMOS_REDIS_URL', z.string().refine(isRedisUrl).optional()),
  /** The user and the password, if they are not part of the address. */
  redisUser: setting('LLMOS_REDIS_USER', z.string().min(1).optional()),
  redisPassword: setting('LLMOS_REDIS_PASSWORD', z.string().min(1).optional()),
  /** How long a command may take, in milliseconds. */
  redisTimeoutMs: setting('LLMOS_REDIS_TIMEOUT_MS', z.coerce.number().int().min(10).max(10_000).default(200)),
  /** Begins every key; different for installations that share a Redis. */
  redisPrefix: setting(
    'LLMOS_REDIS_PREFIX',
    z
      .string()
      .regex(/^[\w-]{1,32}$/)
      .default('llmos'),
  ),
});
export type StateConfig = ConfigOf<typeof stateConfig>;

function isRedisUrl(text: string): boolean {
  try {
    parseRedisUrl(text);
    return true;
  } catch {
    return false;
  }
}
