import { LINEAR, timeGrowth } from './time-growth.js';

const PER_ITEM = 200;

describe('timeGrowth', () => {
  it('is about one for work in proportion', () => {
    expect(timeGrowth((size) => turns(size * PER_ITEM), 1_000_000)).toBeLessThan(LINEAR);
  });

  it('is about two for work that grows with the square', () => {
    expect(timeGrowth((size) => turns(size * size), 24_000)).toBeGreaterThan(LINEAR);
  });

  it('is nothing for what takes no time to speak of', () => {
    expect(timeGrowth((size) => turns(size), 1_000)).toBe(0);
  });
});

function turns(count: number): number {
  let sum = 0;
  for (let turn = 0; turn < count; turn++) sum = (sum + turn) | 0;
  return sum;
}
