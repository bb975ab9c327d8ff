import { ERRORS, type LlmosError, type RunContext, type Step } from '@llmos/contracts';
import { fillIn } from '@llmos/pipeline';
import { addSpanEvent } from '@llmos/telemetry';
import { taskMetrics } from '../metrics.js';
import type { ChainTools, TaskCall } from './task-call.js';

/** Why a run goes on without a step: it failed, its service is away, or its breaker is open. */
export type PassOverReason = 'failed' | 'away' | 'open';

/** A task whose step is not done, with the context of its run. */
export type PassedOver = Pick<TaskCall, 'task' | 'step'> & {
  readonly envelope: RunContext & { readonly traceparent?: string | undefined };
};

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
export async function passOver(
  { envelope, task, step }: PassedOver,
  { forwarder }: Pick<ChainTools, 'forwarder'>,
  reason: PassOverReason,
): Promise<void> {
  const { fallback } = step;
  notePassedOver(task.pipeline.name, step, reason);
  if (fallback && 'uses' in fallback) return forwarder.fallBack(envelope, task, envelope.traceparent);
  const outputs = fallback ? { ...task.outputs, [step.id]: fillIn(fallback.output, task) } : task.outputs;
  const next = { ...task, isFallback: undefined, probe: undefined, outputs, degraded: [...task.degraded, step.id] };
  await forwarder.forward(envelope, next, task.index + 1, envelope.traceparent);
}

/** Counts the decision, and adds it to the trace. */
export function notePassedOver(pipeline: string, { id, uses, fallback }: Step, reason: PassOverReason): void {
  taskMetrics.passedOver.inc({ capability: uses, pipeline, step: id, reason });
  const instead = fallback === undefined ? 'nothing' : 'uses' in fallback ? fallback.uses : 'output';
  addSpanEvent('llmos.step.passed_over', {
    'llmos.step': id,
    'llmos.capability': uses,
    'llmos.passed_over.reason': reason,
    'llmos.passed_over.instead': instead,
  });
}
