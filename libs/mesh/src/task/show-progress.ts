import { recordOf } from '../run-records.js';
import type { Interceptor, TaskHandler } from './task-call.js';

/** Shows how far a durable run is: the steps before the received task are done. */
export const showProgress: Interceptor<TaskHandler> =
  (next, { records }) =>
  (call) => {
    const { envelope, task } = call;
    if (envelope.lane === 'durable') records.show(recordOf(envelope, task, task.timings));
    return next(call);
  };
