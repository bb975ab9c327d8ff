import fc from 'fast-check';
import { RetryBudget } from './retry-budget.js';

describe('RetryBudget', () => {
  const options = { percent: 10, windowMs: 10_000, reserve: 3 };
  const repeat = (times: number, work: () => unknown) => Array.from({ length: times }, work);

  it('allows a tenth of the calls of the window', () => {
    const budget = new RetryBudget(options);
    repeat(1_000, () => budget.deposit(0));
    expect(repeat(300, () => budget.withdraw(100)).filter(Boolean)).toHaveLength(100);
  });

  it('allows few retries where there are few calls, and forgets what is older than the window', () => {
    const budget = new RetryBudget(options);
    expect(repeat(5, () => budget.withdraw(0))).toEqual([true, true, true, false, false]);
    expect(repeat(5, () => budget.withdraw(11_000))).toEqual([true, true, true, false, false]);
  });

  it('gives work for which nobody waits a later time', () => {
    const budget = new RetryBudget(options);
    const times = repeat(9, () => budget.book(0));
    expect(times).toEqual([0, 0, 0, 10_000, 10_000, 10_000, 20_000, 20_000, 20_000]);
    expect(budget.withdraw(0)).toBe(false);
  });

  it('never exceeds a tenth of the calls, or the reserve, in the window that ends with a retry', () => {
    const event = fc.record({ isRetry: fc.boolean(), afterMs: fc.nat({ max: 700 }), calls: fc.nat({ max: 40 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const budget = new RetryBudget(options);
        const [calls, retries] = [[] as number[], [] as number[]];
        let nowMs = 0;
        for (const { isRetry, afterMs, calls: made } of events) {
          nowMs += afterMs;
          repeat(made, () => calls.push(nowMs));
          repeat(made, () => budget.deposit(nowMs));
          if (!isRetry || !budget.withdraw(nowMs)) continue;
          retries.push(nowMs);
          const within = (times: number[]) => times.filter((ms) => ms > nowMs - 10_000).length;
          // A slice is a tenth of the window: the exact window may hold fewer calls than the ten slices that count.
          const counted = calls.filter((ms) => ms > nowMs - 11_000).length;
          expect(within(retries)).toBeLessThanOrEqual(Math.max(3, counted / 10) + 3);
        }
      }),
      { seed: 12, numRuns: 500 },
    );
  });
});
