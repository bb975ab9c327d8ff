import { z } from 'zod';
import { pipelineSchema } from './pipeline.js';

/** What one finished step cost, carried along so that the answer can say where the time went. */
export const timingSchema = z.object({
  step: z.string(),
  capability: z.string(),
  /** From publish to the start of the handler, in milliseconds. */
  queueMs: z.number().nonnegative(),
  /** The handler alone, in milliseconds. */
  handlerMs: z.number().nonnegative(),
  /** 1 for the first delivery. */
  attempt: z.number().int().positive(),
});
export type Timing = z.infer<typeof timingSchema>;

/**
 * A task's body: the routing slip (the pipeline as it was when the run began, and which step is asked for),
 * the run's input and what the steps before have said. Only what a later step or the answer still needs is carried.
 */
export const taskSchema = z.object({
  pipeline: pipelineSchema,
  index: z.number().int().nonnegative(),
  input: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
  timings: z.array(timingSchema),
  /** Steps that failed, or that nobody can do now, and are passed over (`onError: continue`), or answered by a fallback. */
  degraded: z.array(z.string()),
  /** The id of the event that caused the run, when one did: it becomes `correlationid` of the result. */
  correlationId: z.string().optional(),
});
export type Task = z.infer<typeof taskSchema>;

/** What travels in the headers of a task: who, until when, in which lane. */
export interface RunContext {
  readonly run: string;
  readonly tenant: string;
  readonly lane: 'live' | 'durable';
  /** When the run must be over, in Unix milliseconds. */
  readonly deadlineMs: number;
  /** Absent in messages of earlier versions. */
  readonly pipelineName?: string | undefined;
}
