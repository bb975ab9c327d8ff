import { taskMetrics } from '../metrics.js';
import {
  ACK,
  type ChainTools,
  type Interceptor,
  type Settlement,
  type StepHandler,
  type TaskCall,
  type TaskHandler,
} from './task-call.js';

/** Ends a cancelled run instead of executing its next step. */
export const skipCancelled: Interceptor<TaskHandler> = (next, tools) => (call) =>
  tools.cancellations.has(call.envelope.run) ? endCancelled(call, tools) : next(call);

async function endCancelled({ envelope, task }: TaskCall, { forwarder, capability }: ChainTools): Promise<Settlement> {
  await forwarder.endRun(envelope, task, { type: 'cancelled' }, envelope.traceparent);
  taskMetrics.tasks.inc({ capability: capability.name, outcome: 'cancelled' });
  return ACK;
}

/** Gives the step a signal that aborts when its run is cancelled. */
export const abortWhenCancelled: Interceptor<StepHandler> =
  (next, { cancellations }) =>
  async (call, input) => {
    const controller = new AbortController();
    const unregister = cancellations.register(call.envelope.run, controller);
    try {
      return await next(call, input, controller.signal);
    } finally {
      unregister();
    }
  };
