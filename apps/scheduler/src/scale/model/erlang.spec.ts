import { erlangC, fewestServers, lateChance } from './erlang.js';

describe("Erlang's C formula", () => {
  it('is the load for one replica, and ρ²·2/(1+ρ) for two', () => {
    expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 12);
    for (const load of [0.2, 1, 1.8]) expect(erlangC(2, load)).toBeCloseTo((load / 2) ** 2 * (2 / (1 + load / 2)), 12);
  });

  it('is its closed form, for any number of replicas', () => {
    for (const [servers, load] of [
      [5, 4],
      [10, 7.5],
      [30, 24],
    ] as const) {
      let [sum, term] = [0, 1];
      for (let k = 0; k < servers; k++) {
        sum += term;
        term *= load / (k + 1);
      }
      const waits = (term * servers) / (servers - load);
      expect(erlangC(servers, load)).toBeCloseTo(waits / (sum + waits), 12);
    }
  });

  it('is 0 without load and 1 with too much, and stands large numbers', () => {
    expect([erlangC(3, 0), erlangC(3, 3), erlangC(3, 9)]).toEqual([0, 1, 1]);
    expect(erlangC(1_000, 990)).toBeGreaterThan(0.5);
  });

  it('gives the fewest replicas that keep an objective', () => {
    const waiting = { rate: 5.5, serviceSeconds: 8 };
    const servers = fewestServers(waiting, 2, 0.01);
    expect(lateChance(servers, waiting, 2)).toBeLessThanOrEqual(0.01);
    expect(lateChance(servers - 1, waiting, 2)).toBeGreaterThan(0.01);
  });
});
