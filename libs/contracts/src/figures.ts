import { z } from 'zod';

const countSchema = z.number().int().nonnegative();

/**
 * How many of a histogram's values fell into each bucket, by the bucket's upper bound in seconds as Prometheus writes it
 * (`0.25`, `+Inf`). Buckets are not cumulative, and empty ones are absent.
 */
export const bucketsSchema = z.record(z.string(), countSchema);
export type Buckets = z.infer<typeof bucketsSchema>;

/** What a process has done for one capability since it started. */
export const capabilityFiguresSchema = z.object({
  /** Tasks that are pulled and not settled. */
  inWork: countSchema,
  /** Tasks that ended, by outcome: `completed`, `failed`, `rejected` (a mistake of the caller), `refused` (an open breaker), `expired`, `cancelled`. */
  ended: z.record(z.string(), countSchema),
  /** Attempts that failed and are repeated. */
  retried: countSchema,
  /** Time in handlers that completed, in seconds. */
  handlerSeconds: z.number().nonnegative(),
  handler: bucketsSchema,
  /** From the publish of a task to the start of its handler. */
  queue: bucketsSchema,
  /** What a language model has read and written. */
  tokens: countSchema,
});
export type CapabilityFigures = z.infer<typeof capabilityFiguresSchema>;

/** Live runs of a tenant at one gateway, now. */
export const tenantFiguresSchema = z.object({ running: countSchema, waiting: countSchema });
export type TenantFigures = z.infer<typeof tenantFiguresSchema>;

/** A process's own figures. All but memory and the event loop count from its start: a lost message loses nothing. */
export const processFiguresSchema = z.object({
  upSeconds: z.number().nonnegative(),
  /** From the start of the process until it was ready for the first time. */
  readySeconds: z.number().nonnegative().optional(),
  memoryBytes: countSchema,
  cpuSeconds: z.number().nonnegative(),
  /** How late the event loop was at worst, since the last figures. */
  loopDelaySeconds: z.number().nonnegative(),
  /** The share of time since the last figures in which the event loop did something. */
  loopBusy: z.number().min(0).max(1),
  /** By name. A capability without a task so far is absent. */
  capabilities: z.record(z.string(), capabilityFiguresSchema),
  /** Circuit breakers that are not closed, as this process sees them. */
  breakers: z.record(z.string(), z.enum(['half-open', 'open'])),
  /** Of a gateway: the tenants that have the most live runs. */
  tenants: z.record(z.string(), tenantFiguresSchema).optional(),
});
export type ProcessFigures = z.infer<typeof processFiguresSchema>;
