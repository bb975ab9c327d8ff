import { z } from 'zod';
import { processFiguresSchema } from './figures.js';

/** The state of one dependency of a process, such as the broker, a model or an index. */
export const checkSchema = z.object({
  name: z.string(),
  state: z.enum(['ready', 'loading', 'failed']),
  /** 0 to 1, where known. */
  progress: z.number().min(0).max(1).optional(),
  etaSeconds: z.number().nonnegative().optional(),
  /** What to do about it, in one sentence. */
  message: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;

/** The heartbeat of a process. It expires within seconds. */
export const nodeSchema = z.object({
  node: z.string(),
  service: z.string(),
  capabilities: z.array(z.string()),
  /** Whether every check is ready. */
  ready: z.boolean(),
  /**
   * The capabilities that are not ready, each with the checks that it waits for. Absent in heartbeats of older
   * processes: their capabilities are ready together.
   */
  waiting: z.record(z.string(), z.array(z.string())).optional(),
  checks: z.array(checkSchema),
  healthUrl: z.string().optional(),
  pid: z.number().int(),
  /** It is no process: the scheduler has ended the last one of the service, and starts one as soon as a task comes. */
  asleep: z.boolean().optional(),
  /** Absent in heartbeats of older processes. */
  figures: processFiguresSchema.optional(),
});
export type NodeState = z.infer<typeof nodeSchema>;
