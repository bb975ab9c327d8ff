import { Adam } from './adam.js';
import { seededRandom, shuffled, standardNormal } from './seeded-random.js';

describe('Adam', () => {
  it('minimises a function that is a thousand times steeper in one direction than in the other', () => {
    const point = Float32Array.of(1, -1);
    const adam = new Adam(2);
    for (let step = 0; step < 300; step++)
      adam.step(point, Float32Array.of(1_000 * point[0]!, point[1]!), 0.05 * (1 - step / 300));
    expect(Math.hypot(...point)).toBeLessThan(0.01);
  });

  it('moves each number by the rate in the first step, also if its gradient is small', () => {
    const point = new Float32Array(2);
    new Adam(2).step(point, Float32Array.of(5, -1e-4), 0.1);
    expect(point[0]).toBeCloseTo(-0.1, 3);
    expect(point[1]).toBeCloseTo(0.1, 3);
  });
});

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, and different numbers for another seed', () => {
    const drawn = (seed: number) => shuffled([...'abcdefgh'], seededRandom(seed)).join('');
    expect(drawn(1)).toBe(drawn(1));
    expect(drawn(1)).not.toBe(drawn(2));
    expect([...drawn(3)].sort().join('')).toBe('abcdefgh');
  });

  it('has mean 0 and standard deviation 1 if converted by standardNormal', () => {
    const random = seededRandom(7);
    const values = Array.from({ length: 20_000 }, () => standardNormal(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});
