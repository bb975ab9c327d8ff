import { roundedMs, toLlmosError, type Task, type Timing } from '@llmos/contracts';
import { stepInput } from '@llmos/pipeline';
import { markFailed } from '@llmos/telemetry';
import { taskMetrics } from '../metrics.js';
import { recover } from './recover.js';
import {
  ACK,
  type ChainTools,
  type StepHandler,
  type StepResult,
  type TaskCall,
  type TaskHandler,
} from './task-call.js';

/** Aborts never; the interceptors of the step replace it. */
const NEVER = new AbortController().signal;

/** Executes the step and publishes the next task with its output, or the terminal answer after the last step. */
export function forward(next: StepHandler, tools: ChainTools): TaskHandler {
  return async (call) => {
    let task: Task;
    try {
      task = withResult(call, await next(call, stepInput(call.task), NEVER), tools);
    } catch (error) {
      markFailed(error);
      return recover(toLlmosError(error), call, tools);
    }
    await publishNext(call, task, tools);
    return ACK;
  };
}

function withResult(
  call: TaskCall,
  { output, handlerMs }: StepResult,
  { bus, capability, handlerMs: measured }: ChainTools,
): Task {
  const { task, step, envelope, delivery, queueMs } = call;
  const timing: Timing = {
    step: step.id,
    capability: step.uses,
    queueMs: roundedMs(queueMs),
    handlerMs: roundedMs(handlerMs),
    attempt: delivery.attempt,
  };
  measured?.add(handlerMs);
  taskMetrics.tasks.inc({ capability: capability.name, outcome: 'completed' });
  taskMetrics.handler.observe({ capability: capability.name }, handlerMs / 1_000);
  taskMetrics.queue.observe({ capability: capability.name }, queueMs / 1_000);
  const tokens = tokensOf(output);
  if (tokens > 0) taskMetrics.tokens.inc({ capability: capability.name }, tokens);
  if (step.stream) bus.runs.publishAnswer(envelope, { type: 'step', timing, output });
  const degraded = task.isFallback || isDegraded(output) ? [...task.degraded, step.id] : task.degraded;
  return {
    ...task,
    isFallback: undefined,
    probe: undefined,
    outputs: { ...task.outputs, [step.id]: output },
    timings: [...task.timings, timing],
    degraded,
    ...(task.tokens ? { tokens: { ...task.tokens, used: task.tokens.used + tokens } } : {}),
  };
}

/** What the language model of a step has read and written. */
function tokensOf(output: unknown): number {
  const usage = typeof output === 'object' && output !== null && 'usage' in output ? output.usage : undefined;
  const { inputTokens, outputTokens } = (usage ?? {}) as { inputTokens?: number; outputTokens?: number };
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

/**
 * A failure here is a failure of the broker, not of the step: the task is delivered again. Only a full live lane ends
 * the run, because waiting workers would keep the lane full.
 */
async function publishNext({ envelope, task: { index } }: TaskCall, task: Task, { forwarder }: ChainTools) {
  try {
    await forwarder.forward(envelope, task, index + 1, envelope.traceparent);
  } catch (error) {
    const failure = toLlmosError(error);
    if (failure.code !== 'OVERLOADED' || envelope.lane !== 'live') throw error;
    await forwarder.endRun(envelope, task, { type: 'failed', error: failure.toBody() }, envelope.traceparent);
  }
}

function isDegraded(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'degraded' in output && output.degraded === true;
}
