import { DEDUP_MS } from '@llmos/bus';
import { steadyNow } from '@llmos/resilience';
import { hasEnded, terminalAnswerOf } from '../run-records.js';
import {
  ACK,
  type ChainTools,
  type Interceptor,
  type Settlement,
  type TaskCall,
  type TaskHandler,
} from './task-call.js';

/** A task that waited for this long is looked up: the streams will soon have forgotten what was published with it. */
const LONG_MS = DEDUP_MS / 2;

/**
 * Does not execute a step again that is done, nor a step of a durable run that has ended. Whether it is done is looked up
 * only where it can be: a task that its publisher sent once, and that is delivered at once for the first time, is new.
 */
export const skipDone: Interceptor<TaskHandler> = (next, tools) => (call) => {
  const isAgain = call.delivery.attempt > 1 || call.envelope.isRepeated === true;
  const isRecordable = call.envelope.lane === 'durable' && (isAgain || hasWaited(call, tools));
  return isAgain || isRecordable ? lookUp(call, { isAgain, isRecordable }) : next(call);

  async function lookUp(call: TaskCall, where: { isAgain: boolean; isRecordable: boolean }): Promise<Settlement> {
    if (where.isAgain && (await tools.forwarder.hasGoneOn(call.envelope, call.task, call.task.index))) return ACK;
    if (where.isRecordable && (await isRecorded(call, tools))) return ACK;
    return next(call);
  }
};

/** This process does not know all cancellations since the task was stored. */
function hasWaited({ delivery }: TaskCall, { bus, cancellations }: ChainTools): boolean {
  return bus.clock.fromBroker(delivery.storedAtMs) < Math.max(cancellations.completeSinceMs, steadyNow() - LONG_MS);
}

async function isRecorded({ envelope, task, step }: TaskCall, { records, forwarder }: ChainTools): Promise<boolean> {
  const record = await records.peek(envelope.tenant, envelope.run);
  if (!record) return false;
  // The process that ended the run may have died before it published the answer.
  const isOver = hasEnded(record);
  if (isOver) await forwarder.endRun(envelope, task, terminalAnswerOf(record), envelope.traceparent);
  return isOver || record.steps.some((timing) => timing.step === step.id);
}
