import type { CapabilityFigures, NodeState, TenantFigures } from '@llmos/contracts';
import { quantileOf } from './buckets.js';
import { Signals } from './signals.js';

const EVERY_MS = 3_000;
const IDLE: CapabilityFigures = {
  ...{ inWork: 0, ended: {}, retried: 0, handlerSeconds: 0, handler: {}, queue: {}, tokens: 0 },
};

interface Own {
  readonly service?: string;
  readonly upSeconds?: number;
  readonly shout?: Partial<CapabilityFigures>;
  readonly cpuSeconds?: number;
  readonly loopDelaySeconds?: number;
  readonly breakers?: Record<string, 'open' | 'half-open'>;
  readonly isReady?: boolean;
  readonly memoryBytes?: number;
  readonly tenants?: Record<string, TenantFigures>;
}

function heartbeat(node: string, own: Own = {}): NodeState {
  const { service = 'text', upSeconds = 1_000, shout, isReady = true } = own;
  return {
    ...{ node, service, capabilities: ['text.shout'], ready: isReady, checks: [], pid: 7 },
    waiting: isReady ? {} : { 'text.shout': ['model'] },
    figures: {
      ...{
        upSeconds,
        readySeconds: 2,
        memoryBytes: own.memoryBytes ?? 1_000,
        cpuSeconds: own.cpuSeconds ?? 0,
        loopBusy: 0.5,
      },
      loopDelaySeconds: own.loopDelaySeconds ?? 0,
      capabilities: shout ? { 'text.shout': { ...IDLE, ...shout } } : {},
      breakers: own.breakers ?? {},
      ...(own.tenants ? { tenants: own.tenants } : {}),
    },
  };
}

const shoutOf = (signals: Signals, nowMs: number, windowMs?: number) =>
  signals.read(nowMs, windowMs).capabilities.find(({ capability }) => capability === 'text.shout')!;

const queue = (waiting: number, takenUpTo: number, lastPlace: number, taken = 0) => [
  { lane: 'live', capability: 'text.shout', waiting, taken, takenUpTo, lastPlace } as const,
];

describe('Signals', () => {
  it('adds up the live runs of tenants at all gateways, on average, with their part of all', () => {
    const signals = new Signals();
    for (let at = 0; at <= 10; at++)
      for (const node of ['gateway-1', 'gateway-2'])
        signals.saw(
          heartbeat(node, {
            service: 'gateway',
            tenants: { acme: { running: 4, waiting: at % 2 ? 10 : 20 }, bank: { running: 1, waiting: 0 } },
          }),
          at * EVERY_MS,
        );
    const { tenants } = signals.read(10 * EVERY_MS, 18_000);
    expect(tenants).toMatchObject([
      { tenant: 'acme', running: 8, waiting: 30, share: 0.95, others: 2 },
      { tenant: 'bank', running: 2, waiting: 0, others: 38 },
    ]);
  });

  it('does not take the mistakes of callers for failures of a capability', () => {
    const signals = new Signals();
    const ended = (at: number) => ({ rejected: 9 * at, failed: at });
    for (let at = 0; at <= 20; at++)
      signals.saw(heartbeat('a', { upSeconds: 1_000 + 3 * at, shout: { ended: ended(at) } }), at * EVERY_MS);
    const shout = shoutOf(signals, 20 * EVERY_MS);
    expect(shout).toMatchObject({ errorShare: 0.1 });
    expect(shout.completedPerSecond).toBeCloseTo(3, 10);
    expect(shout.failedPerSecond).toBeCloseTo(1 / 3, 10);
  });

  it('adds up what all processes of a capability did in the window', () => {
    const signals = new Signals();
    for (let at = 0; at <= 40; at++)
      for (const [node, perBeat] of [
        ['a', 3],
        ['b', 6],
      ] as const)
        signals.saw(
          heartbeat(node, {
            upSeconds: 1_000 + 3 * at,
            cpuSeconds: 1.5 * at,
            loopDelaySeconds: at === 38 ? 0.7 : 0.01,
            shout: {
              inWork: 2,
              ended: { completed: perBeat * at, failed: at },
              handlerSeconds: 0.3 * at,
              handler: { '0.1': perBeat * at },
              tokens: 30 * at,
            },
          }),
          at * EVERY_MS,
        );
    const nowMs = 40 * EVERY_MS;
    const { processes } = signals.read(nowMs);
    expect(processes).toMatchObject([
      { node: 'a', cores: 0.5, loopDelaySeconds: 0.7, loopBusy: 0.5, readySeconds: 2, memoryBytes: 1_000 },
      { node: 'b' },
    ]);
    const shout = shoutOf(signals, nowMs);
    expect(shout).toMatchObject({ service: 'text', ready: 2, inWork: 4, errorShare: 2 / 11 });
    expect(shout.completedPerSecond).toBeCloseTo(3, 10);
    expect(shout.failedPerSecond).toBeCloseTo(2 / 3, 10);
    expect(shout.arrivalsPerSecond).toBeCloseTo(3 + 2 / 3, 10);
    expect(shout.busy).toBeCloseTo(0.2, 10);
    expect(shout.tokensPerSecond).toBeCloseTo(20, 10);
    expect(shout.handlerP95Seconds).toBeCloseTo(0.05 + 0.95 * 0.05, 10);
  });

  it('counts all of a process that is younger than the window, and nothing of one before it', () => {
    const signals = new Signals();
    signals.saw(heartbeat('young', { upSeconds: 10, shout: { ended: { completed: 50 } } }), 0);
    signals.saw(heartbeat('old', { upSeconds: 9_000, shout: { ended: { completed: 5_000 } } }), 0);
    expect(shoutOf(signals, 0).completedPerSecond).toBe(5);
  });

  it('sees a change soon in a short window', () => {
    const signals = new Signals();
    for (let at = 0; at <= 20; at++)
      signals.saw(
        heartbeat('a', { upSeconds: 1_000 + 3 * at, shout: { ended: { completed: at < 18 ? 0 : 30 * (at - 17) } } }),
        at * EVERY_MS,
      );
    expect(shoutOf(signals, 60_000, 9_000).completedPerSecond).toBeCloseTo(10, 10);
    expect(shoutOf(signals, 60_000).completedPerSecond).toBeCloseTo(1.5, 10);
  });

  it('does not count a process as dead that leaves, or while the broker is away', () => {
    const signals = new Signals();
    signals.saw(heartbeat('a'), 0);
    signals.saw(heartbeat('b'), 0);
    signals.follow();
    signals.left('a', 1_000);
    for (let nowMs = 2_000; nowMs <= 60_000; nowMs += 2_000) signals.pass(0, nowMs);
    expect(signals.read(60_000).services).toEqual([
      { service: 'text', processes: 1, ready: 1, starts: 0, deaths: 0, readySeconds: 2 },
    ]);
  });

  it('counts deaths and starts for ten minutes, and the next process of the same service', () => {
    const signals = new Signals();
    signals.saw(heartbeat('a'), 0);
    signals.follow();
    for (let nowMs = 2_000; nowMs <= 14_000; nowMs += 2_000) signals.pass(2_000, nowMs);
    signals.saw(heartbeat('b', { isReady: false }), 15_000);
    expect(signals.read(15_000).services).toMatchObject([{ processes: 1, ready: 0, starts: 1, deaths: 1 }]);
    expect(shoutOf(signals, 15_000).ready).toBe(0);
    expect(signals.read(700_000).services).toMatchObject([{ starts: 0, deaths: 0 }]);
  });

  it('forgets a service whose last process has left, and misses one whose last process died', () => {
    const signals = new Signals();
    signals.saw(heartbeat('a', { service: 'ended' }), 0);
    signals.saw(heartbeat('b', { service: 'missed' }), 0);
    signals.left('a', 1_000);
    for (let nowMs = 2_000; nowMs <= 14_000; nowMs += 2_000) signals.pass(2_000, nowMs);
    expect(signals.read(15_000).services).toMatchObject([{ service: 'missed', processes: 0, ready: 0, deaths: 1 }]);
  });

  it('knows how long the oldest task has waited, at most one reading too long', () => {
    const signals = new Signals();
    const oldest = (nowMs: number) => shoutOf(signals, nowMs).oldestSeconds;
    signals.saw(heartbeat('a'), 0);
    signals.sawQueues(queue(0, 10, 10), 0);
    // One comes and is not taken; the stream goes on with other tasks.
    for (const nowMs of [2_000, 4_000, 6_000]) signals.sawQueues(queue(1, 10, 10 + nowMs / 100), nowMs);
    expect(oldest(6_000)).toBe(6);
    // It is taken, and one waits that came after the stream was at 70.
    signals.sawQueues(queue(1, 71, 90), 8_000);
    expect(oldest(8_000)).toBe(2);
    signals.sawQueues(queue(0, 90, 90), 10_000);
    expect(oldest(10_000)).toBe(0);
  });

  it('counts what arrives from what is done and from how the queue grows', () => {
    const signals = new Signals();
    for (let at = 0; at <= 30; at++) {
      signals.saw(heartbeat('a', { upSeconds: 1_000 + 2 * at, shout: { ended: { completed: 4 * at } } }), at * 2_000);
      signals.sawQueues(queue(6 * at, at, 10 * at, at % 2), at * 2_000);
    }
    expect(shoutOf(signals, 60_000).arrivalsPerSecond).toBeCloseTo(5, 10);
    expect(shoutOf(signals, 60_000)).toMatchObject({ waitingLive: 180, waitingDurable: 0 });
  });

  it('tells memory that grows all the time from memory that grew once', () => {
    const signals = new Signals();
    for (let at = 0; at <= 20; at++) {
      signals.saw(heartbeat('leaks', { memoryBytes: 1_000 + 100 * at }), at * EVERY_MS);
      signals.saw(heartbeat('loads', { memoryBytes: at < 10 ? 1_000 : 9_000 }), at * EVERY_MS);
    }
    const growth = signals
      .read(60_000)
      .processes.map(({ node, memoryGrowthPerMinute }) => [node, memoryGrowthPerMinute]);
    expect(growth).toEqual([
      ['leaks', 2_000],
      ['loads', 0],
    ]);
  });

  it('shows a capability that nobody does if tasks wait for it', () => {
    const signals = new Signals();
    signals.sawQueues(queue(3, 0, 3), 0);
    expect(shoutOf(signals, 0)).toMatchObject({ ready: 0, waitingLive: 3 });
  });

  it('merges what processes see of a breaker: open before half-open', () => {
    const signals = new Signals();
    signals.saw(heartbeat('a', { breakers: { model: 'half-open' } }), 0);
    signals.saw(heartbeat('b', { service: 'other', breakers: { model: 'open' } }), 0);
    expect(signals.read(0).breakers).toEqual([{ breaker: 'model', state: 'open', seenBy: ['other', 'text'] }]);
  });

  it('keeps a minute, and no more processes than it can follow', () => {
    const signals = new Signals();
    for (let at = 0; at < 1_000; at++) signals.saw(heartbeat(`n-${at}`), at);
    expect(signals.read(1_000).processes).toHaveLength(256);
    for (let nowMs = 0; nowMs <= 100_000; nowMs += 2_000) signals.pass(2_000, nowMs);
    signals.saw(heartbeat('next'), 100_000);
    expect(signals.read(100_000).processes.map(({ node }) => node)).toEqual(['next']);
  });
});

describe('A quantile of buckets', () => {
  it('is interpolated within its bucket, also where the buckets below are empty', () => {
    expect(quantileOf({ '0.25': 4 }, 0.5)).toBeCloseTo(0.175, 10);
    expect(quantileOf({ '0.1': 90, '5': 10 }, 0.95)).toBeCloseTo(3.75, 10);
  });

  it('is the highest bound beyond the last bucket, and absent without values', () => {
    expect(quantileOf({ '+Inf': 3 }, 0.5)).toBe(60);
    expect(quantileOf({}, 0.5)).toBeUndefined();
    expect(quantileOf({ '1': 0 }, 0.5)).toBeUndefined();
  });
});
