import { z } from 'zod';
import { ERRORS, type ErrorCode } from './errors.js';
import { timingSchema } from './task.js';

export const errorBodySchema = z.object({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  field: z.string().optional(),
  retryAfterSeconds: z.number().nonnegative().optional(),
});

/**
 * The answers of a run: any number of `step` (a finished step with `stream: true`) and `delta`, then exactly one
 * terminal answer. `output`, `delta` and `details` may hold Uint8Array anywhere. The CloudEvents type is
 * `org.llmos.run.<type>`.
 */
export const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), timing: timingSchema, output: z.unknown() }),
  z.object({ type: z.literal('delta'), step: z.string(), index: z.number().int().nonnegative(), delta: z.unknown() }),
  z.object({
    type: z.literal('completed'),
    result: z.string(),
    details: z.record(z.string(), z.unknown()),
    timings: z.array(timingSchema),
    degraded: z.array(z.string()),
  }),
  z.object({ type: z.literal('failed'), error: errorBodySchema, step: z.string().optional() }),
  z.object({ type: z.literal('cancelled') }),
  z.object({ type: z.literal('expired') }),
]);
export type Answer = z.infer<typeof answerSchema>;
export type TerminalAnswer = Extract<Answer, { type: 'completed' | 'failed' | 'cancelled' | 'expired' }>;
export type CompletedAnswer = Extract<Answer, { type: 'completed' }>;

/** The largest answer that is delivered, encoded. Above the size of a message it is stored and sent by reference. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export function isTerminal(answer: Answer): answer is TerminalAnswer {
  return answer.type !== 'step' && answer.type !== 'delta';
}
