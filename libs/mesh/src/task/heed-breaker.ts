import { setTimeout as pause } from 'node:timers/promises';
import { LlmosError } from '@llmos/contracts';
import { BreakerOpenError, outcomeOf, type BreakerAdmission, type Breaker, type Outcome } from '@llmos/resilience';
import { isOver } from './deadline.js';
import type { ChainTools, Interceptor, StepHandler, TaskCall } from './task-call.js';

/** The lease of the one that tries ends later than its step. */
const LEASE_MARGIN_MS = 1_000;
/** How often durable work that waits for its capability looks whether its run was cancelled. */
const LOOK_MS = 500;

/**
 * Does no step of a capability whose breaker is open, and tells the breaker how each step ended. A live task is refused
 * at once with a BreakerOpenError. For a durable one nobody waits: it waits for its capability, and keeps its delivery.
 */
export const heedBreaker: Interceptor<StepHandler> = (next, tools) => {
  const { capability, forwarder } = tools;
  const leaseMs = capability.timeoutMs + LEASE_MARGIN_MS;
  return async (call, input, signal) => {
    const breaker = forwarder.breakers.of(capability.name);
    forwarder.breakers.budgetOf(capability.name).deposit(performance.now());
    const admission = await admitted(call, breaker, leaseMs, tools);
    if (admission.type === 'refused') throw new BreakerOpenError(`'${capability.name}'`, admission.retryAfterMs);
    try {
      const result = await next(call, input, signal);
      breaker.settle(admission, 'ok');
      return result;
    } catch (error) {
      breaker.settle(admission, shown(error, call, admission, tools));
      throw error;
    }
  };
};

async function admitted(
  { envelope, task, delivery }: TaskCall,
  breaker: Breaker,
  leaseMs: number,
  { cancellations }: ChainTools,
): Promise<BreakerAdmission> {
  // Delivered again, the task has tried already.
  if (task.probe !== undefined && delivery.attempt === 1) return breaker.begin(task.probe, leaseMs);
  if (envelope.lane === 'live') return breaker.admit(leaseMs);
  for (;;) {
    const admission = breaker.refusesForMs > 0 ? undefined : await breaker.admit(leaseMs);
    if (admission && admission.type !== 'refused') return admission;
    await pause(Math.min(LOOK_MS, Math.max(10, breaker.refusesForMs)));
    if (cancellations.has(envelope.run)) throw new LlmosError('CANCELLED', 'The run was cancelled.');
    if (isOver(envelope)) throw new LlmosError('DEADLINE_EXCEEDED', 'The deadline of the run has passed.');
    cancellations.throwIfStopping();
  }
}

/** The deadline of a run, and the end of this process, show nothing of the capability. A task that is retried counts once. */
function shown(
  error: unknown,
  { envelope, delivery }: TaskCall,
  admission: BreakerAdmission,
  { cancellations }: ChainTools,
): Outcome {
  if (cancellations.isStopping || isOver(envelope)) return 'neutral';
  return delivery.attempt > 1 && admission.type === 'pass' ? 'neutral' : outcomeOf(error);
}
