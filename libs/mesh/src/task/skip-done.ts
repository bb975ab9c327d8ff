import { hasEnded, terminalAnswerOf } from '../run-records.js';
import { ACK, type Interceptor, type TaskHandler } from './task-call.js';

/** Does not execute a step again that the record of its durable run contains, nor a step of a run that has ended. */
export const skipDone: Interceptor<TaskHandler> =
  (next, { forwarder, records }) =>
  async (call) => {
    const { envelope, task, step } = call;
    const record = envelope.lane === 'durable' ? await records.peek(envelope.tenant, envelope.run) : undefined;
    if (!record) return next(call);
    // The process that ended the run may have died before it published the answer.
    const isOver = hasEnded(record);
    if (isOver) await forwarder.endRun(envelope, task, terminalAnswerOf(record), envelope.traceparent);
    return isOver || record.steps.some((timing) => timing.step === step.id) ? ACK : next(call);
  };
