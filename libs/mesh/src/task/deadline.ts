import type { RunContext } from '@llmos/contracts';
import { steadyNow, withDeadline } from '@llmos/resilience';
import { taskMetrics } from '../metrics.js';
import { ACK, type Interceptor, type StepHandler, type TaskHandler } from './task-call.js';

/** A timer may fire this much before the deadline. */
const TIMER_MS = 5;

/** Whether the time of a run is over. */
export function isOver({ deadlineMs }: Pick<RunContext, 'deadlineMs'>): boolean {
  return steadyNow() >= deadlineMs - TIMER_MS;
}

/**
 * Ends a run whose deadline has passed, or would pass by the time that the handler has taken lately, instead of executing
 * its next step.
 */
export const skipExpired: Interceptor<TaskHandler> = (next, { forwarder, capability, handlerMs }) => {
  let inProgress = 0;
  return async (call) => {
    const { envelope, task } = call;
    const leftMs = envelope.deadlineMs - steadyNow();
    if (leftMs > (handlerMs?.low ?? 0)) {
      inProgress++;
      return next(call).finally(() => inProgress--);
    }
    // What is in progress will be measured.
    if (leftMs > 0 && inProgress === 0) handlerMs?.doubt();
    await forwarder.endRun(envelope, task, { type: 'expired' }, envelope.traceparent);
    taskMetrics.tasks.inc({ capability: capability.name, outcome: 'expired' });
    return ACK;
  };
};

/** Aborts a step after the time limit of its capability, or at the deadline of its run if that is sooner. */
export const abortAtDeadline: Interceptor<StepHandler> =
  (next, { capability }) =>
  (call, input, signal) => {
    const timeoutMs = Math.max(1, Math.min(capability.timeoutMs, call.envelope.deadlineMs - steadyNow()));
    return withDeadline((value: unknown, own) => next(call, value, own), timeoutMs)(input, signal);
  };
