import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapabilitySignal, Signal } from '../../signals/signals.js';
import { held, NO_HOLDS } from './holds.js';
import { liveSignals } from './live-signals.js';
import { ParentHost, type ParentChannel } from './parent-host.js';
import { Scaler } from './scaler.js';
import { readScalingFile } from './scaling-file.js';

describe('The file that says what is scaled', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'llmos-scaling-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const path = join(folder, 'scaling.yaml');
    writeFileSync(path, text);
    return readScalingFile(path);
  };

  it('scales nothing when it is not there', () => {
    expect(readScalingFile(join(folder, 'none.yaml')).size).toBe(0);
  });

  it('needs only the most processes of a service', () => {
    const rule = read('services:\n  intent: { max: 4 }').get('intent');
    expect(rule).toMatchObject({ min: 1, max: 4, policy: 'hybrid', objectiveMs: 1_000, batch: 1 });
  });

  it.each([
    ['services:\n  intent: { max: 4, mni: 1 }', "scaling.yaml:2: 'services.intent.mni'"],
    ['services:\n  intent: { max: 4, tuning: { spare: 1 } }', 'services.intent.tuning'],
    ['services:\n  intent:\n    max: 4\n    min: 5', 'scaling.yaml:4: it is more than max'],
    ['services:\n  intent: { min: -1, max: 4 }', 'services.intent.min'],
    ['intent: 3', "scaling.yaml:1: 'intent'"],
    ['services: [', 'scaling.yaml:1: Flow sequence'],
  ])('is refused with the field that is wrong: %j', (text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });
});

const capability = (change: Partial<CapabilitySignal> = {}): CapabilitySignal => ({
  ...{ capability: 'intent.detect', service: 'intent', ready: 1, inWork: 0, waitingLive: 0, waitingDurable: 0 },
  ...{
    oldestSeconds: 0,
    oldestLiveSeconds: 0,
    arrivalsPerSecond: 0,
    completedPerSecond: 0,
    failedPerSecond: 0,
    retriedPerSecond: 0,
  },
  ...{ busy: 0, tokensPerSecond: 0, ...change },
});

describe('The signals of a service', () => {
  const moment = { at: 60, seconds: 5, current: 1, objectiveSeconds: 1 };
  const late = (change: Partial<CapabilitySignal>) =>
    liveSignals([capability({ completedPerSecond: 20, ...change })], moment).late;

  it('are the sums of its capabilities, without durable work that waits', () => {
    const both = [capability({ inWork: 2, waitingLive: 3, arrivalsPerSecond: 2 }), capability({ waitingDurable: 90 })];
    expect(liveSignals(both, moment)).toMatchObject({ current: 1, queued: 3, busy: 2, arrived: 10, ended: 0, late: 0 });
  });

  it('count tasks as late when the wait and the work together are beyond the objective', () => {
    expect(late({ queueP95Seconds: 0.4, handlerP95Seconds: 0.5 })).toBe(0);
    expect(late({ queueP95Seconds: 0.6, handlerP95Seconds: 0.5 })).toBeCloseTo(5, 9);
    expect(late({ waitingLive: 30, oldestLiveSeconds: 3 })).toBe(30);
    expect(late({ waitingLive: 900, oldestLiveSeconds: 3 })).toBe(100);
  });
});

describe('The scaler', () => {
  const rules = readRules({ min: 1, max: 3, batch: 2 });
  function readRules(rule: { min: number; max: number; batch: number; idleSeconds?: number }) {
    const folder = mkdtempSync(join(tmpdir(), 'llmos-scaling-'));
    const path = join(folder, 'scaling.yaml');
    writeFileSync(
      path,
      JSON.stringify({ services: { intent: { ...rule, tuning: { holdSeconds: 20, windowSeconds: 30 } } } }),
    );
    try {
      return readScalingFile(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const signal = (own: Partial<CapabilitySignal>, ready = 1): Signal => ({
    ...{ windowSeconds: 8, processes: [], breakers: [], tenants: [], capabilities: [capability(own)] },
    services: [{ service: 'intent', processes: ready, ready, starts: 0, deaths: 0, readySeconds: 2 }],
  });
  const load = { inWork: 8, waitingLive: 4, arrivalsPerSecond: 12, completedPerSecond: 10 };

  /** Lives on for so many seconds; every change is carried out at once. */
  function after(scaler: Scaler, from: number, seconds: number, of: Signal) {
    const changes = [];
    for (let at = from; at < from + seconds; at += 2)
      for (const change of scaler.decide(of, at * 1_000)) {
        scaler.counts = { ...scaler.counts, [change.service]: change.to };
        changes.push(change);
      }
    return changes;
  }
  function scaler() {
    const fresh = new Scaler(rules, 0);
    fresh.counts = { intent: 1, gateway: 1 };
    return fresh;
  }

  it('follows the load up to the most and down to the least, each with its reason and what would change it', () => {
    const own = scaler();
    const up = after(own, 0, 60, signal(load));
    expect(own.counts).toEqual({ intent: 3, gateway: 1 });
    const down = after(own, 60, 200, signal({}));
    expect(own.counts).toEqual({ intent: 1, gateway: 1 });
    expect(up.at(-1)!.why).toContain('max is 3');
    for (const { why, otherwise } of [...up, ...down]) {
      expect(why).toMatch(/\d/);
      expect(otherwise).not.toBe('');
    }
    // Not back and forth: up, and down.
    expect(down.every(({ from, to }) => to < from)).toBe(true);
  });

  it('starts no more processes than memory is free for, and says so', () => {
    const own = scaler();
    const processes = [300, 200].map((megabytes, at) => ({
      ...{ node: `intent-${at}`, service: 'intent', pid: at, ready: true, upSeconds: 100, cores: 1, loopBusy: 1 },
      ...{ memoryBytes: megabytes * 1e6, memoryGrowthPerMinute: 0, loopDelaySeconds: 0 },
    }));
    const busy = { ...signal(load), processes };
    const live = (freeBytes: number, from: number) => {
      for (let at = from; at < from + 60; at += 2)
        for (const { to } of own.decide(busy, at * 1_000, freeBytes)) own.counts = { intent: to };
      return own.counts['intent'];
    };
    expect(live(299e6, 0)).toBe(1);
    expect(own.show()[0]!.why).toContain('memory is free for 0 more');
    expect(live(1e9, 60)).toBe(3);
  });

  it('is down again soon after a burst that was too much for the most processes', () => {
    const own = scaler();
    after(own, 0, 300, signal({ ...load, waitingLive: 60, oldestLiveSeconds: 5 }));
    expect(own.counts['intent']).toBe(3);
    after(own, 300, 60, signal({ inWork: 0.5, arrivalsPerSecond: 1, completedPerSecond: 1 }));
    expect(own.counts['intent']).toBe(1);
  });

  describe('of a service that may sleep', () => {
    const sleepy = (batch = 8) => {
      const own = new Scaler(readRules({ min: 0, max: 3, batch, idleSeconds: 60 }), 0);
      own.counts = { intent: 1 };
      return own;
    };
    const none: Signal = { ...signal({}, 0), services: [], capabilities: [] };

    it('ends its last process when no task came for long enough, not while one is in work', () => {
      const own = sleepy();
      expect(after(own, 0, 300, signal({ inWork: 1 }))).toEqual([]);
      expect(after(own, 300, 58, signal({}))).toEqual([]);
      expect(after(own, 358, 10, signal({}))).toMatchObject([{ from: 1, to: 0, why: 'no task came for 60 s' }]);
      expect(after(own, 370, 600, none)).toEqual([]);
    });

    it('starts one for the first task, told by a gateway or seen in the queue, and then follows the load', () => {
      const own = sleepy();
      expect(own.wake('intent')).toBe(false);
      after(own, 0, 80, signal({}));
      expect([own.wake('asr'), own.wake('intent')]).toEqual([false, true]);
      expect(after(own, 80, 2, none)).toMatchObject([{ from: 0, to: 1, why: 'a task came while it slept' }]);
      expect(after(own, 82, 50, none)).toEqual([]);
      after(own, 132, 30, signal({}));
      expect(own.counts['intent']).toBe(0);
      const waits = { ...none, capabilities: [capability({ ready: 0, waitingDurable: 1 })] };
      expect(after(own, 162, 2, waits)).toMatchObject([{ from: 0, to: 1 }]);
      after(own, 164, 60, signal(load));
      expect(own.counts['intent']).toBeGreaterThan(1);
    });

    it('starts no second one for those who waited for the first', () => {
      const own = sleepy(1);
      after(own, 0, 80, signal({}));
      own.wake('intent');
      after(own, 80, 2, none);
      expect(
        after(own, 82, 10, signal({ inWork: 0.4, completedPerSecond: 1, arrivalsPerSecond: 1, queueP95Seconds: 3 })),
      ).toEqual([]);
      expect(after(own, 92, 60, signal({ inWork: 0.2, completedPerSecond: 1, arrivalsPerSecond: 1 }))).toEqual([]);
    });

    it('is started by a pin: a person wants so many', () => {
      const own = sleepy();
      after(own, 0, 80, signal({}));
      own.holds = held(NO_HOLDS, { action: 'pin', service: 'intent', replicas: 2 });
      expect(after(own, 80, 10, none)).toMatchObject([{ from: 0, to: 2, why: 'pinned by a person' }]);
    });

    it('starts the least processes of one that may not sleep any more', () => {
      const own = new Scaler(readRules({ min: 2, max: 3, batch: 8 }), 0);
      own.counts = { intent: 0 };
      expect(after(own, 0, 2, none)).toMatchObject([{ from: 0, to: 2, why: 'min is 2' }]);
    });

    it('wakes it although a person has paused the scaling: its callers wait', () => {
      const own = sleepy();
      after(own, 0, 80, signal({}));
      own.holds = held(NO_HOLDS, { action: 'pause' });
      own.wake('intent');
      expect(after(own, 80, 2, none)).toMatchObject([{ from: 0, to: 1 }]);
      expect(after(own, 82, 600, signal({}))).toEqual([]);
    });
  });

  it('decides nothing for a service without a ready process or with an unknown number of them', () => {
    const own = scaler();
    expect(after(own, 0, 60, signal(load, 0))).toEqual([]);
    own.counts = {};
    expect(after(own, 60, 60, signal(load))).toEqual([]);
    expect(own.show()[0]).not.toHaveProperty('replicas');
    own.counts = { asr: 1 };
    expect(after(own, 120, 60, signal(load))).toEqual([]);
    expect(own.show()).toMatchObject([{ why: 'no service of this name runs here' }]);
  });

  it('leaves a paused service as it is, sets a pinned one at once, and goes on when they are resumed', () => {
    const own = scaler();
    own.holds = held(NO_HOLDS, { action: 'pause' });
    expect(after(own, 0, 60, signal(load))).toEqual([]);
    own.holds = held(NO_HOLDS, { action: 'pin', service: 'intent', replicas: 2 });
    expect(after(own, 60, 2, signal(load))).toMatchObject([{ from: 1, to: 2, why: 'pinned by a person' }]);
    expect(own.show()).toMatchObject([{ service: 'intent', replicas: 2, pinned: 2, paused: false }]);
    own.holds = held(own.holds, { action: 'resume', service: 'intent' });
    after(own, 62, 60, signal(load));
    expect(own.counts['intent']).toBe(3);
  });

  it('pin, pause and resume of one service leave the others as they are', () => {
    const pinned = held(NO_HOLDS, { action: 'pin', service: 'asr', replicas: 2 });
    const both = held(pinned, { action: 'pause', service: 'intent' });
    expect(both).toEqual({ pausedAll: false, paused: ['intent'], pinned: { asr: 2 } });
    expect(held(both, { action: 'resume', service: 'asr' })).toEqual({ ...both, pinned: {} });
    expect(held(both, { action: 'resume' })).toEqual(NO_HOLDS);
  });
});

describe('The supervisor as the parent process', () => {
  it('is asked with a number that its answer repeats', async () => {
    const events = new EventEmitter();
    const channel: ParentChannel = Object.assign(events, {
      send: (message: unknown) => {
        const { id, counts } = message as { id: number; counts: Record<string, number> };
        events.emit('message', { type: 'scaled', id: id + 100, counts: { other: 1 } });
        events.emit(
          'message',
          counts['asr'] ? { type: 'scaled', id, counts: {}, error: 'no asr' } : { type: 'scaled', id, counts },
        );
      },
    });
    const host = ParentHost.find(channel)!;
    expect(await host.scale({ intent: 2 })).toEqual({ intent: 2 });
    await expect(host.scale({ asr: 2 })).rejects.toThrow('no asr');
    expect(events.listenerCount('message')).toBe(0);
  });

  it('is asked for a backup, and says why there is none', async () => {
    const events = new EventEmitter();
    const errors = [undefined, 'the disk is full'];
    const send = (message: unknown) => {
      const { id, type } = message as { id: number; type: string };
      expect(type).toBe('backup');
      setImmediate(() => events.emit('message', { type: 'backed-up', id, error: errors.shift() }));
    };
    const host = ParentHost.find(Object.assign(events, { send }) as ParentChannel)!;
    await host.backUp();
    await expect(host.backUp()).rejects.toThrow('the disk is full');
  });

  it('is not there for a process that nobody supervises', () => {
    expect(ParentHost.find(new EventEmitter() as ParentChannel)).toBeUndefined();
  });
});
