import type { StepContext } from '../step.decorator.js';
import type { ChainTools, StepHandler } from './task-call.js';

/** A handler of a service. */
export type Handler = (input: unknown, context: StepContext) => Promise<unknown>;

/** Calls the handler with the context of the run, and publishes the deltas that it emits. */
export function invoke(handler: Handler, { bus }: Pick<ChainTools, 'bus'>): StepHandler {
  return async ({ envelope, task: { tokens }, step: { id: step }, delivery: { attempt } }, input, signal) => {
    const { run, tenant, lane, deadlineMs } = envelope;
    let index = 0;
    const emit = (delta: unknown) => bus.runs.publishAnswer(envelope, { type: 'delta', step, index: index++, delta });
    const tokensLeft = tokens && Math.max(0, tokens.max - tokens.used);
    const startedAt = performance.now();
    const output = await handler(input, { run, tenant, lane, deadlineMs, step, attempt, signal, tokensLeft, emit });
    return { output, handlerMs: performance.now() - startedAt };
  };
}
