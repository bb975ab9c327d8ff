import { LlmosError, type CompletedAnswer, type Pipeline, type TerminalAnswer } from '@llmos/contracts';

/** @throws LlmosError with the code of the failure unless the run completed. */
export function requireCompleted(answer: TerminalAnswer): CompletedAnswer {
  switch (answer.type) {
    case 'completed':
      return answer;
    case 'failed': {
      const { code, message, ...options } = answer.error;
      throw new LlmosError(code, message, options);
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
export function greetingOf({ greeting }: Pipeline, fields: Record<string, unknown>): CompletedAnswer | undefined {
  if (Object.keys(fields).length > 0 || greeting === undefined) return undefined;
  return { type: 'completed', result: greeting, details: { greeting: true }, timings: [], degraded: [] };
}
