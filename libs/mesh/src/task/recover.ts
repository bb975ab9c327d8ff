import { MAX_DELIVERIES } from '@llmos/bus';
import { ERRORS, type LlmosError } from '@llmos/contracts';
import { backoffMs, BreakerOpenError, steadyNow } from '@llmos/resilience';
import { taskMetrics } from '../metrics.js';
import { isOver } from './deadline.js';
import { mayPassOver, passOver } from './pass-over.js';
import { ACK, type ChainTools, type Settlement, type TaskCall } from './task-call.js';

const BACKOFF = { baseMs: 200, capMs: 5_000 };
/** How often a step is begun that a live run can do without. */
export const LIVE_ATTEMPTS = 2;

/** Decides what follows a failed step: another attempt, the next step without its output, or the end of the run. */
export async function recover(failure: LlmosError, call: TaskCall, tools: ChainTools): Promise<Settlement> {
  const { envelope, task, step, delivery } = call;
  const { forwarder, log, capability } = tools;
  const { traceparent, deadlineMs } = envelope;
  const count = (outcome: string) => taskMetrics.tasks.inc({ capability: capability.name, outcome });
  if (failure.code === 'CANCELLED') {
    await forwarder.endRun(envelope, task, { type: 'cancelled' }, traceparent);
    count('cancelled');
    return ACK;
  }
  const context = { run: envelope.run, step: step.id, code: failure.code, attempt: delivery.attempt };
  // The step was not done, and would not be a moment later.
  const isRefused = failure instanceof BreakerOpenError && envelope.lane === 'live';
  const isTransient = failure.retryable && failure.code !== 'DEADLINE_EXCEEDED' && !isRefused;
  // Somebody waits: a live run goes on without a step that failed twice, if it can.
  const attempts = envelope.lane === 'live' && mayPassOver(step, failure) ? LIVE_ATTEMPTS : MAX_DELIVERIES;
  const afterMs = isTransient && delivery.attempt < attempts ? retryAfterMs(call, tools) : undefined;
  if (afterMs !== undefined && steadyNow() + afterMs < deadlineMs) {
    log.warn({ ...context, waitMs: afterMs }, 'a step failed and is tried again');
    return { type: 'retry', afterMs };
  }
  if (failure.code === 'INTERNAL') log.error({ ...context, err: failure.cause }, 'a step failed');
  else if (!isRefused) log.warn(context, 'a step failed');
  count(isRefused ? 'refused' : isOfCaller(failure) ? 'rejected' : 'failed');
  if (mayPassOver(step, failure)) {
    await passOver(call, tools, isRefused ? 'open' : 'failed');
    return ACK;
  }
  const isExpired = failure.code === 'DEADLINE_EXCEEDED' && isOver(envelope);
  const failed = { type: 'failed', error: failure.toBody(), step: step.id } as const;
  await forwarder.endRun(envelope, task, isExpired ? { type: 'expired' } : failed, traceparent);
  if (isRefused) return ACK;
  // A live caller has received the reason for an invalid request; everything else is kept for an operator.
  if (envelope.lane === 'live' && ERRORS[failure.code].httpStatus < 500) return { type: 'refuse', error: failure };
  return { type: 'deadLetter', error: failure, id: envelope.id };
}

/** The service did its work: what the caller sent cannot be done, or is not allowed. */
function isOfCaller({ code, retryable }: LlmosError): boolean {
  return ERRORS[code].httpStatus < 500 && !retryable;
}

/**
 * When the task is tried again, within the budget that the retries of its capability share; undefined if that is spent
 * and somebody waits. Work for which nobody waits is tried when the budget has room again.
 */
function retryAfterMs({ envelope, delivery }: TaskCall, { forwarder, capability }: ChainTools): number | undefined {
  const budget = forwarder.breakers.budgetOf(capability.name);
  const count = (outcome: string) => taskMetrics.retries.inc({ capability: capability.name, outcome });
  const afterMs = backoffMs(delivery.attempt, BACKOFF);
  if (budget.withdraw(performance.now())) {
    count('made');
    return afterMs;
  }
  count(envelope.lane === 'live' ? 'refused' : 'delayed');
  return envelope.lane === 'live' ? undefined : Math.max(afterMs, budget.book(performance.now()));
}
