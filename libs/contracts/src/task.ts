import { z } from 'zod';
import { pipelineSchema } from './pipeline.js';

/** The durations of one finished step. */
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

/** A duration as it is shown: further digits say nothing. */
export const roundedMs = (ms: number): number => Math.round(ms * 100) / 100;

/**
 * The body of a task: the itinerary (the pipeline as it was when the run began, and the index of the step), the input
 * of the run and the outputs of earlier steps, as far as a later step or the answer needs them.
 */
export const taskSchema = z.object({
  pipeline: pipelineSchema,
  index: z.number().int().nonnegative(),
  /** The task asks for the fallback of its step. */
  isFallback: z.boolean().optional(),
  /** The task is the one that tries whether its capability works again: its claim on the capability's breaker. */
  probe: z.number().int().nonnegative().optional(),
  input: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
  timings: z.array(timingSchema),
  /** Steps that are skipped because they failed or have no ready service (`onError: continue`), or used a fallback. */
  degraded: z.array(z.string()),
  /** The budget of the run in tokens that language models read and write, if it has one, and what its steps have used. */
  tokens: z.object({ max: z.number().int().positive(), used: z.number().int().nonnegative() }).optional(),
  /** The id of the event that started the run, if one did: the `correlationid` of the result. */
  correlationId: z.string().optional(),
});
export type Task = z.infer<typeof taskSchema>;

/** The run of a message, from its headers. */
export interface RunContext {
  readonly run: string;
  readonly tenant: string;
  readonly lane: 'live' | 'durable';
  /** The deadline of the run, in Unix milliseconds. */
  readonly deadlineMs: number;
  /** Until when the broker may take the first task, in Unix milliseconds: its caller is refused then. */
  readonly acceptByMs?: number | undefined;
  /** Absent in messages of earlier versions. */
  readonly pipelineName?: string | undefined;
}
