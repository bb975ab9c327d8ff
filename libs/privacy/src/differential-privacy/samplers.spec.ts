import { createCipheriv } from 'node:crypto';
import { SystemRandom, uniformBelow, type RandomSource } from './random-source.js';
import { rational, type Rational } from './rational.js';
import { bernoulliExp, discreteGaussian, discreteLaplace } from './samplers.js';

/** A repeatable stream: AES-CTR over zeros. */
class SeededRandom implements RandomSource {
  private readonly stream;
  private page = Buffer.alloc(0);
  private at = 0;
  constructor(seed: number) {
    this.stream = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  }
  take(count: number): Uint8Array {
    if (this.at + count > this.page.length) [this.page, this.at] = [this.stream.update(Buffer.alloc(65_536)), 0];
    return this.page.subarray(this.at, (this.at += count));
  }
}

/**
 * Pearson's chi-square of counts against a pmf over −reach … reach and one more cell, as a normal score (Wilson,
 * Hilferty).
 */
function chiSquareScore(samples: readonly bigint[], pmf: (x: number) => number, reach: number): number {
  const cells = new Map<number, number>();
  for (const sample of samples) {
    const x = Math.abs(Number(sample)) <= reach ? Number(sample) : Infinity;
    cells.set(x, (cells.get(x) ?? 0) + 1);
  }
  let statistic = 0;
  let inside = 0;
  for (let x = -reach; x <= reach; x++) {
    inside += pmf(x);
    statistic += ((cells.get(x) ?? 0) - pmf(x) * samples.length) ** 2 / (pmf(x) * samples.length);
  }
  const outside = (1 - inside) * samples.length;
  statistic += ((cells.get(Infinity) ?? 0) - outside) ** 2 / outside;
  const degrees = 2 * reach + 1;
  const spread = 2 / (9 * degrees);
  return (Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread);
}

function normalised(weight: (x: number) => number): (x: number) => number {
  let total = 0;
  for (let x = -2_000; x <= 2_000; x++) total += weight(x);
  return (x) => weight(x) / total;
}

const gaussianPmf = (sigma2: number) => normalised((x) => Math.exp((-x * x) / (2 * sigma2)));
const laplacePmf = (scale: number) => normalised((x) => Math.exp(-Math.abs(x) / scale));
const draw = (count: number, sampler: () => bigint) => Array.from({ length: count }, sampler);

/** One-sided bounds of a normal score: one in a thousand, and one in a million. */
const P_1E3 = 3.09;
const P_1E6 = 4.753;

describe('the discrete samplers', () => {
  const variances: [string, Rational, number][] = [
    ['1/2', rational(1n, 2n), 2],
    ['1', rational(1n), 3],
    ['50', rational(50n), 20],
    ['7/3', rational(7n, 3n), 5],
    ['400', rational(400n), 60],
  ];
  for (const [name, sigma2, reach] of variances) {
    const pmf = gaussianPmf(Number(sigma2.num) / Number(sigma2.den));
    it(`draw the discrete Gaussian of variance ${name} (chi-square, p ≥ 0.001, repeatable)`, () => {
      const random = new SeededRandom(7);
      const score = chiSquareScore(
        draw(40_000, () => discreteGaussian(random, sigma2)),
        pmf,
        reach,
      );
      expect(score).toBeLessThan(P_1E3);
    });
  }

  const scales: [string, Rational, number][] = [
    ['1/3', rational(1n, 3n), 1],
    ['1', rational(1n), 5],
    ['7/2', rational(7n, 2n), 15],
    ['30', rational(30n), 100],
  ];
  for (const [name, scale, reach] of scales) {
    const pmf = laplacePmf(Number(scale.num) / Number(scale.den));
    it(`draw the discrete Laplace of scale ${name} (chi-square, p ≥ 0.001, repeatable)`, () => {
      const random = new SeededRandom(11);
      const score = chiSquareScore(
        draw(40_000, () => discreteLaplace(random, scale)),
        pmf,
        reach,
      );
      expect(score).toBeLessThan(P_1E3);
    });
  }

  it('draw the same distributions with random bytes of the system (p ≥ 1e-6)', () => {
    const random = new SystemRandom();
    const gaussian = draw(40_000, () => discreteGaussian(random, rational(50n)));
    const laplace = draw(40_000, () => discreteLaplace(random, rational(7n, 2n)));
    expect(chiSquareScore(gaussian, gaussianPmf(50), 20)).toBeLessThan(P_1E6);
    expect(chiSquareScore(laplace, laplacePmf(3.5), 15)).toBeLessThan(P_1E6);
  });

  it('fail the chi-square test if the variance is ten percent off', () => {
    const random = new SeededRandom(7);
    const samples = draw(40_000, () => discreteGaussian(random, rational(55n)));
    expect(chiSquareScore(samples, gaussianPmf(50), 20)).toBeGreaterThan(P_1E6);
  });

  it('draw true with probability exp(−γ), also for γ above 1', () => {
    const random = new SeededRandom(3);
    for (const [num, den] of [
      [0n, 1n],
      [1n, 3n],
      [1n, 1n],
      [5n, 2n],
    ] as const) {
      const heads = Array.from({ length: 40_000 }, () => bernoulliExp(random, { num, den })).filter(Boolean).length;
      const p = Math.exp(-Number(num) / Number(den));
      expect(Math.abs(heads - 40_000 * p)).toBeLessThanOrEqual(3.3 * Math.sqrt(40_000 * p * (1 - p)));
    }
  });

  it('are exact for integers beyond the range of floats', () => {
    const random = new SeededRandom(5);
    const sigma = 10n ** 30n;
    const samples = draw(400, () => discreteGaussian(random, rational(sigma * sigma)));
    const meanSquare = samples.reduce((sum, x) => sum + x * x, 0n) / 400n;
    expect(Number((meanSquare * 100n) / (sigma * sigma))).toBeGreaterThan(75);
    expect(Number((meanSquare * 100n) / (sigma * sigma))).toBeLessThan(130);
    expect(new Set(samples.map((x) => x % 2n)).size).toBeGreaterThan(1);
  });

  it('draw integers below any bound uniformly', () => {
    const random = new SeededRandom(9);
    const counts = new Map<bigint, number>();
    for (let i = 0; i < 30_000; i++) {
      const drawn = uniformBelow(random, 10n);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
    for (const count of counts.values()) expect(Math.abs(count - 3_000)).toBeLessThan(4 * Math.sqrt(2_700));
    const wide = 2n ** 130n + 1n;
    for (let i = 0; i < 1_000; i++) expect(uniformBelow(random, wide) < wide).toBe(true);
    expect(() => uniformBelow(random, 0n)).toThrow(RangeError);
  });
});
