import { ERRORS, type LlmosError, type Step } from '@llmos/contracts';
import { fillIn } from '@llmos/pipeline';
import { taskMetrics } from '../metrics.js';
import type { ChainTools, TaskCall } from './task-call.js';

/** Whether a run can go on without the step, or with its fallback. */
export function canPassOver({ onError, fallback }: Step): boolean {
  return fallback !== undefined || onError === 'continue';
}

/**
 * Whether a run can go on after this failure. A refusal is a decision: the run must not go on without it. A mistake of the
 * caller is for him to mend, not for a fallback.
 */
export function mayPassOver({ onError, fallback }: Step, { code }: LlmosError): boolean {
  if (code === 'CONTENT_REFUSED' || code === 'TOKEN_BUDGET_SPENT') return false;
  return onError === 'continue' || (fallback !== undefined && ERRORS[code].httpStatus >= 500);
}

/**
 * Goes on with the fallback of the step, or without its output: the run is degraded.
 */
export async function passOver({ envelope, task, step }: TaskCall, { forwarder }: ChainTools): Promise<void> {
  const { fallback } = step;
  taskMetrics.passedOver.inc({ capability: step.uses });
  if (fallback && 'uses' in fallback) return forwarder.fallBack(envelope, task, fallback.uses, envelope.traceparent);
  const outputs = fallback ? { ...task.outputs, [step.id]: fillIn(fallback.output, task) } : task.outputs;
  const next = { ...task, isFallback: undefined, outputs, degraded: [...task.degraded, step.id] };
  await forwarder.forward(envelope, next, task.index + 1, envelope.traceparent);
}
