import { steadyNow } from '@llmos/resilience';
import type { Interceptor, TaskHandler } from './task-call.js';

/** A durable task waits for its turn while callers wait for live runs. */
export const giveWay: Interceptor<TaskHandler> = (next, { pace }) => {
  if (!pace) return next;
  return async (call) => {
    if (call.envelope.lane === 'live') return next(call);
    const settlement = await pace.do(call.envelope.tenant, () =>
      next({ ...call, queueMs: Math.max(0, steadyNow() - call.sentAtMs) }),
    );
    return settlement ?? { type: 'retry', afterMs: 0 };
  };
};
