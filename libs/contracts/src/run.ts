import { z } from 'zod';
import { errorBodySchema } from './answer.js';
import { timingSchema } from './task.js';

/** The record of a run, as `GET /v1/runs/{id}` shows it: for minutes of a live run, for days of a durable one. */
export const runRecordSchema = z.object({
  run: z.string(),
  tenant: z.string(),
  pipeline: z.string(),
  lane: z.enum(['live', 'durable']),
  status: z.enum(['accepted', 'running', 'completed', 'failed', 'cancelled', 'expired']),
  /** The finished steps, in order. */
  steps: z.array(timingSchema),
  result: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  degraded: z.array(z.string()).optional(),
  error: errorBodySchema.optional(),
  createdAt: z.string(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
