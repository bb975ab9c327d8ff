import { LlmosError, type Pipeline, type TerminalAnswer } from '@llmos/contracts';
import { z } from 'zod';

/** The answer of a completed run, as callers receive it. */
export const replySchema = z.object({
  status: z.literal('success'),
  result: z.string(),
  details: z.record(z.string(), z.unknown()),
  run_id: z.string(),
});
export type Reply = z.infer<typeof replySchema>;

/**
 * The reply of a run that has ended.
 *
 * @throws LlmosError with the code of the failure if the run did not complete.
 */
export function replyOf(run: string, answer: TerminalAnswer, totalMs: number): Reply {
  switch (answer.type) {
    case 'completed': {
      const { result, details, timings, degraded } = answer;
      const own = { timings, totalMs, ...(degraded.length > 0 ? { degraded } : {}) };
      return { status: 'success', result, details: { ...details, ...own }, run_id: run };
    }
    case 'failed': {
      const { code, message, field } = answer.error;
      throw new LlmosError(code, message, field === undefined ? {} : { field });
    }
    case 'cancelled':
      throw new LlmosError('CANCELLED', 'The run was cancelled.');
    case 'expired':
      throw new LlmosError(
        'DEADLINE_EXCEEDED',
        'The answer was not ready in time. Try again, or send the request to /v1/runs, where a run may take longer.',
      );
  }
}

/** The greeting of a pipeline, for a call without input; undefined if the pipeline has none or the call has input. */
export function greetingOf(pipeline: Pipeline, fields: Record<string, unknown>, run: string): Reply | undefined {
  if (Object.keys(fields).length > 0 || pipeline.greeting === undefined) return undefined;
  return { status: 'success', result: pipeline.greeting, details: { greeting: true }, run_id: run };
}
