import { z } from 'zod';

/** One thing a process needs before it can work: a broker, a model, an index. */
export const checkSchema = z.object({
  name: z.string(),
  state: z.enum(['ready', 'loading', 'failed']),
  /** 0 to 1, when it is known. */
  progress: z.number().min(0).max(1).optional(),
  etaSeconds: z.number().nonnegative().optional(),
  /** What to do about it, in one sentence. */
  message: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;

/** A process's heartbeat, kept in the NODES bucket for a few seconds. */
export const nodeSchema = z.object({
  node: z.string(),
  service: z.string(),
  capabilities: z.array(z.string()),
  ready: z.boolean(),
  checks: z.array(checkSchema),
  healthUrl: z.string().optional(),
  pid: z.number().int(),
});
export type NodeState = z.infer<typeof nodeSchema>;
