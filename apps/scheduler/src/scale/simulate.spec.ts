import { seededRandom } from '@llmos/learning';
import { clairvoyantBound } from './bound.js';
import { lateChance } from './model/erlang.js';
import type { ScalePolicy, Signals } from './model/policy.port.js';
import { POLICIES, type PolicyName } from './policies/index.js';
import { simulate } from './simulate.js';

const SETTINGS = {
  ...{ target: 0.5, limit: 0.01, windowSeconds: 60, errors: 1, holdSeconds: 30, spares: 1, gain: 0.1 },
  ...{ objectiveSeconds: 2, startSeconds: 20, batch: 1, most: 50, seasonSeconds: 0 },
};
const NAMES = Object.keys(POLICIES) as PolicyName[];

/** Requests with exponential gaps and work; `rateAt` is in arrivals per second. */
function randomTrace(seed: number, seconds: number, rateAt: (at: number) => number, mean: number) {
  const random = seededRandom(seed);
  const [arrivals, services]: [number[], number[]] = [[], []];
  for (let at = 0; at < seconds; at -= Math.log(1 - random()) / rateAt(at)) {
    arrivals.push(at);
    services.push(-mean * Math.log(1 - random()));
  }
  return { arrivals, services };
}
const bursts = (seed: number) => randomTrace(seed, 900, (at) => (at % 300 < 100 ? 4 : 0.3), 1.5);
const always = (replicas: number): ScalePolicy => ({ periodSeconds: 5, decide: () => ({ replicas, why: 'always' }) });
const LIMITS = { startSeconds: 20, objectiveSeconds: 2, batch: 1, least: 0, most: 50, initial: 1 };

describe('A replay in virtual time', () => {
  it('waits in the order of arrival, and counts what replicas take while they start and drain', () => {
    const trace = { arrivals: [0, 1, 2], services: [8, 4, 4] };
    // A second replica is asked for at 5 s and ready at 9 s; the first has ended at 8 s and goes on until 12 s.
    const { waits, replicaSeconds, endedAt } = simulate(trace, always(2), { ...LIMITS, startSeconds: 4 });
    expect(waits).toEqual([0, 7, 7]);
    expect(endedAt).toBe(13);
    expect(replicaSeconds).toBe(13 + 8);
  });

  it('lets a replica end its request before it leaves', () => {
    const { waits, replicaSeconds } = simulate({ arrivals: [0], services: [30] }, always(0), { ...LIMITS, initial: 2 });
    expect(waits).toEqual([0]);
    // The idle one leaves at 5 s.
    expect(replicaSeconds).toBe(30 + 5);
  });

  it('works on a batch at once: a replica that has room takes the next request, and drains until its last one ends', () => {
    const trace = { arrivals: [0, 0, 1], services: [10, 4, 5] };
    const { waits, replicaSeconds, workSeconds } = simulate(trace, always(0), { ...LIMITS, batch: 2 });
    // Full until 4 s; it should leave from 5 s on, and does when the request of 0 s has ended.
    expect(waits).toEqual([0, 0, 3]);
    expect({ replicaSeconds, workSeconds }).toEqual({ replicaSeconds: 10, workSeconds: 19 });
  });

  it.each(NAMES)('loses no request and never has fewer than none: %s', (name) => {
    for (let seed = 1; seed <= 10; seed++) {
      const trace = bursts(seed);
      const { waits, moments, replicaSeconds } = simulate(trace, POLICIES[name](SETTINGS), LIMITS);
      expect(waits).toHaveLength(trace.arrivals.length);
      expect(waits.every((seconds) => seconds >= 0)).toBe(true);
      const odd = moments.filter(
        ({ wanted, running, busy }) => wanted < 0 || wanted > LIMITS.most || busy > running || wanted > running,
      );
      expect(odd).toEqual([]);
      expect(replicaSeconds).toBeGreaterThanOrEqual(trace.services.reduce((sum, each) => sum + each, 0) - 1e-6);
    }
  });

  it.each(NAMES)('repeats exactly, and gives a reason for each decision: %s', (name) => {
    const once = simulate(bursts(3), POLICIES[name](SETTINGS), LIMITS);
    expect(simulate(bursts(3), POLICIES[name](SETTINGS), LIMITS)).toEqual(once);
    expect(once.moments.filter(({ why }) => why === '')).toEqual([]);
  });

  it('waits as long as the formula says, with random arrivals and a fixed number of replicas', () => {
    const trace = randomTrace(7, 60_000, () => 2, 2);
    const { waits } = simulate(trace, always(5), { ...LIMITS, initial: 5 });
    const late = waits.filter((seconds) => seconds > 2).length / waits.length;
    expect(late).toBeGreaterThan(0.85 * lateChance(5, { rate: 2, serviceSeconds: 2 }, 2));
    expect(late).toBeLessThan(1.15 * lateChance(5, { rate: 2, serviceSeconds: 2 }, 2));
  });
});

describe('The policies', () => {
  const signals = (change: Partial<Signals>): Signals => ({
    ...{ at: 15, current: 10, queued: 0, arrived: 30, busy: 5, ended: 30, began: 30, late: 0 },
    ...change,
  });

  it('threshold: ceil(current × share / target), nothing within a tenth, down only after five minutes', () => {
    const policy = POLICIES.threshold(SETTINGS);
    expect(policy.decide(signals({ busy: 5.4 })).replicas).toBe(10);
    expect(policy.decide(signals({ at: 30, busy: 9.1 })).replicas).toBe(19);
    expect(policy.decide(signals({ at: 45, current: 19, busy: 2 })).replicas).toBe(19);
    expect(policy.decide(signals({ at: 331, current: 19, busy: 2 })).replicas).toBe(4);
  });

  it('hybrid: up at once, with its spares, and down when they were not needed for its hold time', () => {
    const policy = POLICIES.hybrid(SETTINGS);
    const { replicas: high } = policy.decide(signals({ at: 5, arrived: 50, ended: 50, busy: 10 }));
    const idle = { arrived: 0, ended: 5, busy: 1, current: high };
    expect(policy.decide(signals({ at: 10, ...idle })).why).toContain('held');
    let last = high;
    for (let at = 15; at <= 300; at += 5) last = policy.decide(signals({ at, ...idle, current: last })).replicas;
    // One is busy, and one is in reserve.
    expect(last).toBe(SETTINGS.spares + 2);
    expect(high).toBeGreaterThan(10);
  });

  it('hybrid: keeps more in reserve after requests were late, and less again when none are', () => {
    const policy = POLICIES.hybrid({ ...SETTINGS, holdSeconds: 0, spares: 0, gain: 1 });
    let at = 0;
    const periods = (count: number, late: number) => {
      let replicas = 0;
      for (let period = 0; period < count; period++)
        ({ replicas } = policy.decide(signals({ at: (at += 5), busy: 20, arrived: 10, ended: 10, began: 10, late })));
      return replicas;
    };
    const before = periods(60, 0);
    const after = periods(3, 5);
    expect(after).toBeGreaterThan(before);
    expect(periods(200, 0)).toBeLessThan(after);
  });

  it('hybrid: does not take a queue for load, however many requests come at once', () => {
    const trace = randomTrace(7, 3_600, (at) => (at % 400 < 20 ? 25 : 1), 1);
    const limits = { ...LIMITS, most: 1_000 };
    const { moments } = simulate(trace, POLICIES.hybrid({ ...SETTINGS, most: 1_000 }), limits);
    // 25 a second with a second of work are 25 at once, and more with what has piled up.
    expect(Math.max(...moments.map(({ wanted }) => wanted))).toBeLessThan(150);
  });

  it('hybrid: has replicas ready for a busy time that comes every four hours, after the first ones', () => {
    const [season, busySeconds, starts] = [14_400, 2_400, 600];
    const { arrivals, services } = randomTrace(7, 3 * season, (at) => (at % season < busySeconds ? 1 : 0.1), 20);
    const lateIn = (seasonSeconds: number) => {
      const settings = { ...SETTINGS, windowSeconds: 300, startSeconds: starts, spares: 0, seasonSeconds };
      const limits = { ...LIMITS, startSeconds: starts, initial: 5 };
      const { waits } = simulate({ arrivals, services }, POLICIES.hybrid(settings), limits);
      const last = waits.filter((_, request) => arrivals[request]! >= 2 * season);
      return last.filter((seconds) => seconds > 2).length / last.length;
    };
    expect(lateIn(season)).toBeLessThan(0.5 * lateIn(0));
  }, 60_000);
});

describe('The clairvoyant bound', () => {
  const bound = { objectiveSeconds: 2, startSeconds: 20, initial: 1, batch: 1, limit: 0, slotSeconds: 1, seconds: 20 };

  it('is the work of one request, and counts a start where two have to be served at once', async () => {
    expect(await clairvoyantBound({ arrivals: [0], services: [10] }, bound)).toBeCloseTo(10, 6);
    const both = await clairvoyantBound({ arrivals: [0, 0], services: [10, 10] }, bound);
    // Fluid work needs 1⅔ replicas in the end; nobody can start only a part of one, which is why this is a bound.
    expect(both).toBeGreaterThan(20 + 10);
    expect(both).toBeLessThanOrEqual(20 + 20);
  });

  it('excuses as many requests as may be late', async () => {
    const pair = { arrivals: [0, 0], services: [10, 10] };
    expect(await clairvoyantBound(pair, { ...bound, limit: 0.5 })).toBeCloseTo(20, 6);
  });

  it('is below what any policy takes that meets the objective, and not below the work', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const trace = bursts(seed);
      const least = (await clairvoyantBound(trace, { ...bound, initial: 12 }))!;
      expect(least).toBeGreaterThanOrEqual(trace.services.reduce((sum, each) => sum + each, 0) - 1e-6);
      const { waits, replicaSeconds } = simulate(trace, always(12), { ...LIMITS, initial: 12 });
      expect(Math.max(...waits)).toBeLessThanOrEqual(2);
      expect(replicaSeconds).toBeGreaterThanOrEqual(least);
    }
  }, 60_000);
});
