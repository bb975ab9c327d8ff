import { flag, setting } from '@llmos/config';
import { z } from 'zod';

/** The settings of the throttle. */
export const throttleSettings = {
  /** If off, no request is observed and no restriction is enforced. */
  throttle: setting('LLMOS_GUARD', flag().default(true)),
  /** How often observations are sent to the threat detection, in milliseconds. */
  observationBatchMs: setting('LLMOS_GUARD_BATCH_MS', z.coerce.number().int().min(50).max(60_000).default(5_000)),
  /** Observations kept while they cannot be sent; the oldest are dropped. */
  observationBuffer: setting('LLMOS_GUARD_BUFFER', z.coerce.number().int().min(1).max(100_000).default(5_000)),
  /** Requests per minute that a slowed caller may send. */
  slowedPerMinute: setting('LLMOS_GUARD_SLOW_PER_MINUTE', z.coerce.number().int().min(1).max(10_000).default(12)),
  /** If on, requests from this machine are restricted like all others. */
  restrictLoopback: setting('LLMOS_THREATS_RESTRICT_LOOPBACK', flag().default(false)),
};
