import type { Delivery } from '@llmos/bus';
import type { Capability } from '@llmos/contracts';
import { RunningMean } from '@llmos/resilience';
import { abortWhenCancelled, skipCancelled } from './cancel.js';
import { abortAtDeadline, skipExpired } from './deadline.js';
import { decode } from './decode.js';
import { forward } from './forward.js';
import { giveWay } from './give-way.js';
import { heedBreaker } from './heed-breaker.js';
import { invoke, type Handler } from './invoke.js';
import { settle } from './settle.js';
import { showProgress } from './show-progress.js';
import { skipDeadly } from './skip-deadly.js';
import { skipDone } from './skip-done.js';
import { span } from './span.js';
import type { ChainTools, Interceptor, StepHandler, TaskHandler } from './task-call.js';
import { validate } from './validate.js';

/** From the decoded task to its settlement, the outermost first. */
const TASK: readonly Interceptor<TaskHandler>[] = [
  giveWay,
  skipDone,
  skipCancelled,
  skipExpired,
  showProgress,
  span,
  skipDeadly,
];
/** From the input of the step to its output. */
const STEP: readonly Interceptor<StepHandler>[] = [heedBreaker, validate, abortWhenCancelled, abortAtDeadline];

export type ChainOptions = Omit<ChainTools, 'capability' | 'handlerMs'>;

/**
 * The way of each delivered task of a capability through the mesh: settle → decode → {@link TASK} → forward →
 * {@link STEP} → the handler of the service. A task is acknowledged after the next one is stored; if a step is executed
 * twice, the next task has the same id.
 */
export function taskChain(
  capability: Capability,
  handler: Handler,
  options: ChainOptions,
): (delivery: Delivery) => Promise<void> {
  const tools = { ...options, capability, handlerMs: new RunningMean() };
  const step = wrap(STEP, invoke(handler, tools), tools);
  const task = wrap(TASK, forward(step, tools), tools);
  return settle(decode(task, tools), tools);
}

/** Wraps a handler into interceptors, the outermost first. */
export function wrap<H>(interceptors: readonly Interceptor<H>[], innermost: H, tools: ChainTools): H {
  return interceptors.reduceRight((next, interceptor) => interceptor(next, tools), innermost);
}
