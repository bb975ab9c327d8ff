import type { Signals } from '../model/policy.port.js';
import type { CapabilitySignal } from '../../signals/signals.js';

export interface Moment {
  /** Seconds since the service is scaled. */
  readonly at: number;
  /** Since the last decision. */
  readonly seconds: number;
  /** Processes that are wanted now. */
  readonly current: number;
  readonly objectiveSeconds: number;
}

/** The share of tasks that are beyond a p95. */
const BEYOND_P95 = 0.05;

/**
 * What a policy sees of a running service: the sum of its capabilities. Only tasks with a caller who waits count as waiting;
 * durable work may wait. A process pulls more tasks than it can work on well, so what is in work is part of the load, and a
 * task is late when its wait and its work together take longer than the objective. Of that only the p95 is known: beyond
 * the objective, one in twenty counts as late; if the oldest task in the queue is beyond it, all that wait do.
 */
export function liveSignals(capabilities: readonly CapabilitySignal[], moment: Moment): Signals {
  const { at, seconds, current, objectiveSeconds } = moment;
  const sum = (of: (capability: CapabilitySignal) => number) => capabilities.reduce((all, each) => all + of(each), 0);
  const done = (each: CapabilitySignal) => (each.completedPerSecond + each.failedPerSecond) * seconds;
  return {
    ...{ at, current },
    queued: sum(({ waitingLive }) => waitingLive),
    arrived: sum(({ arrivalsPerSecond }) => arrivalsPerSecond) * seconds,
    began: sum(done),
    late: sum((each) => lateOf(each, done(each), objectiveSeconds)),
    busy: sum(({ inWork }) => inWork),
    ended: sum(done),
  };
}

function lateOf(capability: CapabilitySignal, done: number, objectiveSeconds: number): number {
  const { oldestLiveSeconds, waitingLive, queueP95Seconds = 0, handlerP95Seconds = 0 } = capability;
  const slow = queueP95Seconds + handlerP95Seconds > objectiveSeconds ? BEYOND_P95 * done : 0;
  return Math.min(done, Math.max(slow, oldestLiveSeconds > objectiveSeconds ? waitingLive : 0));
}
