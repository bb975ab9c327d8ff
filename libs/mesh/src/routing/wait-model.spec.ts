import fc from 'fast-check';
import { WaitModel } from './wait-model.js';

const numbers = (max: number) => fc.double({ min: 0, max, noNaN: true });
const loads = fc.array(fc.record({ tasks: fc.integer({ min: 0, max: 8 }), kilochars: numbers(5) }), {
  minLength: 30,
  maxLength: 60,
});

describe('WaitModel', () => {
  it('finds the costs that a replica has, and new ones when they change', () => {
    const model = new WaitModel(() => 0);
    const measure = (fixed: number, perTask: number, perKilochar: number) => {
      for (let n = 0; n < 600; n++) {
        const [tasks, kilochars] = [n % 4, (n % 7) / 3];
        model.add({ tasks, kilochars }, fixed + perTask * tasks + perKilochar * kilochars);
      }
    };
    measure(20, 50, 1_000);
    expect(model.costs.fixedMs).toBeCloseTo(20, 0);
    expect(model.costs.perTaskMs).toBeCloseTo(50, 0);
    expect(model.costs.perKilocharMs).toBeCloseTo(1_000, 0);
    measure(20, 50, 3_000);
    expect(model.costs.perKilocharMs / 1_000).toBeCloseTo(3, 1);
  });

  it('trusts a few measurements less than many, and old ones less than new ones', () => {
    let nowMs = 0;
    const model = new WaitModel(() => nowMs);
    expect(model.trust).toBe(0);
    model.add({ tasks: 0, kilochars: 1 }, 100);
    const first = model.trust;
    for (let n = 0; n < 20; n++) model.add({ tasks: 0, kilochars: 1 }, 100);
    expect(model.trust).toBeGreaterThan(first);
    nowMs = 600_000;
    expect(model.trust).toBeLessThan(0.01);
  });

  it('never says anything but a finite cost that is not negative, whatever it measures', () => {
    fc.assert(
      fc.property(loads, fc.array(numbers(100_000), { minLength: 60, maxLength: 60 }), (all, times) => {
        const model = new WaitModel(() => 0);
        for (let n = 0; n < 5_000; n++) model.add(all[n % all.length]!, times[n % times.length]!);
        for (const cost of Object.values(model.costs)) expect(Number.isFinite(cost) && cost >= 0).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
