import type { TaskQueue } from '@llmos/bus';
import type { CapabilityFigures } from '@llmos/contracts';
import { quantileOf, sumOf } from './buckets.js';
import type { QueueHistory } from './queue-history.js';
import type { CapabilitySignal } from './signals.js';

interface CapabilityWindow {
  /** What each process did in the window, and for how long it is known. */
  readonly done: readonly { readonly figures: CapabilityFigures; readonly seconds: number }[];
  /** One for each lane that has a queue. */
  readonly queues: readonly { readonly queue: TaskQueue; readonly history: QueueHistory }[];
  readonly nowMs: number;
  readonly windowMs: number;
}

type Rates = Omit<CapabilitySignal, 'capability' | 'service' | 'ready' | 'inWork'>;

/** A task that was rejected because of what its caller sent was done. */
const DONE = ['completed', 'rejected'];
const FAILED = ['failed', 'expired'];

/** What all processes together did for a capability, and what waits for them. */
export function capabilitySignals({ done, queues, nowMs, windowMs }: CapabilityWindow): Rates {
  // Processes are known for different times: rates are added up, not counts.
  const rate = (of: (figures: CapabilityFigures) => number) =>
    done.reduce((sum, { figures, seconds }) => sum + (seconds > 0 ? of(figures) / seconds : 0), 0);
  const total = (of: (figures: CapabilityFigures) => number) => done.reduce((sum, each) => sum + of(each.figures), 0);
  const ended = (outcomes: readonly string[]) => (figures: CapabilityFigures) =>
    outcomes.reduce((sum, outcome) => sum + (figures.ended[outcome] ?? 0), 0);
  const endedAll = (figures: CapabilityFigures) => Object.values(figures.ended).reduce((sum, count) => sum + count, 0);
  const bad = (figures: CapabilityFigures) => ended(FAILED)(figures) + figures.retried;
  const attempts = total(ended(DONE)) + total(bad);
  const growth = queues.reduce((sum, { history }) => sum + history.growth(windowMs), 0);
  const waitingIn = (lane: string) => queues.find(({ queue }) => queue.lane === lane)?.history.last.waiting ?? 0;
  const quantile = (of: (figures: CapabilityFigures) => CapabilityFigures['handler'], at: number) =>
    quantileOf(sumOf(done.map(({ figures }) => of(figures))), at);
  return {
    waitingLive: waitingIn('live'),
    waitingDurable: waitingIn('durable'),
    oldestSeconds: Math.max(0, ...queues.map(({ history }) => history.oldestMs(nowMs))) / 1_000,
    oldestLiveSeconds: (queues.find(({ queue }) => queue.lane === 'live')?.history.oldestMs(nowMs) ?? 0) / 1_000,
    arrivalsPerSecond: Math.max(0, rate(endedAll) + growth / (windowMs / 1_000)),
    completedPerSecond: rate(ended(DONE)),
    failedPerSecond: rate(ended(FAILED)),
    retriedPerSecond: rate(({ retried }) => retried),
    ...known('errorShare', attempts > 0 ? total(bad) / attempts : undefined),
    ...known(
      'handlerP50Seconds',
      quantile(({ handler }) => handler, 0.5),
    ),
    ...known(
      'handlerP95Seconds',
      quantile(({ handler }) => handler, 0.95),
    ),
    ...known(
      'queueP95Seconds',
      quantile(({ queue }) => queue, 0.95),
    ),
    busy: rate(({ handlerSeconds }) => handlerSeconds),
    tokensPerSecond: rate(({ tokens }) => tokens),
  };
}

function known<K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<K, number>>;
}
