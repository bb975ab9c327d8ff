import { LIVE_ATTEMPTS } from './recover.js';
import { canPassOver, passOver } from './pass-over.js';
import { ACK, type Interceptor, type TaskHandler } from './task-call.js';

/**
 * A live run goes on without a step that was begun twice and never ended, if it can: its workers died or froze, and the
 * next one may too.
 */
export const skipDeadly: Interceptor<TaskHandler> = (next, tools) => async (call) => {
  const { envelope, delivery, step } = call;
  if (envelope.lane === 'durable' || delivery.attempt <= LIVE_ATTEMPTS || !canPassOver(step)) return next(call);
  await passOver(call, tools, 'away');
  return ACK;
};
