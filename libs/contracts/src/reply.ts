import { z } from 'zod';
import type { CompletedAnswer } from './answer.js';
import { roundedMs } from './task.js';

/** The body of the HTTP reply of a completed run. */
export const replySchema = z.object({
  status: z.literal('success'),
  result: z.string(),
  details: z.record(z.string(), z.unknown()),
  run_id: z.string(),
});
export type Reply = z.infer<typeof replySchema>;

/** `details` also has `timings`, `totalMs` where it is known, and `degraded` if the run is. */
export function replyOf(
  run_id: string,
  { result, details, timings, degraded }: CompletedAnswer,
  totalMs?: number,
): Reply {
  const own = {
    timings,
    ...(totalMs === undefined ? {} : { totalMs: roundedMs(totalMs) }),
    ...(degraded.length > 0 ? { degraded } : {}),
  };
  return { status: 'success', result, details: { ...details, ...own }, run_id };
}
