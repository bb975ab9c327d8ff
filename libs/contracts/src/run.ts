import { z } from 'zod';
import { errorBodySchema } from './answer.js';
import { timingSchema } from './task.js';

/** The run record: what `GET /v1/runs/{id}` shows. Live runs are kept for minutes, durable ones for days. */
export const runRecordSchema = z.object({
  run: z.string(),
  tenant: z.string(),
  pipeline: z.string(),
  lane: z.enum(['live', 'durable']),
  status: z.enum(['accepted', 'running', 'completed', 'failed', 'cancelled', 'expired']),
  /** Steps that are done, in order. */
  steps: z.array(timingSchema),
  result: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  degraded: z.array(z.string()).optional(),
  error: errorBodySchema.optional(),
  createdAt: z.string(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
