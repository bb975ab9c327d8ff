import { SeededRandom } from './seeded-random.js';

describe('SeededRandom', () => {
  it('repeats its choices for the same seed', () => {
    const order = (seed: number) => new SeededRandom(seed).shuffled([...'abcdefgh']).join('');
    expect(order(1)).toBe(order(1));
    expect(order(1)).not.toBe(order(2));
    expect([...order(1)].sort().join('')).toBe('abcdefgh');
  });

  it('covers its range evenly', () => {
    const random = new SeededRandom(7);
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 4_000; n++) counts[random.between(0, 4)]!++;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });
});
