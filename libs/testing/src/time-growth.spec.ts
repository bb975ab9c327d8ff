import { LINEAR, timeGrowth } from './time-growth.js';

const PER_ITEM = 200;

describe('timeGrowth', () => {
  it('is about one for linear work', () => {
    expect(timeGrowth((size) => turns(size * PER_ITEM), 1_000_000)).toBeLessThan(LINEAR);
  });

  it('is about two for quadratic work', () => {
    expect(timeGrowth((size) => turns(size * size), 24_000)).toBeGreaterThan(LINEAR);
  });

  it('is zero for work that takes almost no time', () => {
    expect(timeGrowth((size) => turns(size), 1_000)).toBe(0);
  });
});

function turns(count: number): number {
  let sum = 0;
  for (let turn = 0; turn < count; turn++) sum = (sum + turn) | 0;
  return sum;
}
