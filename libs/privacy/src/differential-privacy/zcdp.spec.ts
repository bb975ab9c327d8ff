import fc from 'fast-check';
import { gaussianMargin, laplaceMargin } from './margin.js';
import { integerSquareRoot, rational } from './rational.js';
import { deltaOf, epsilonOf, gaussianRho, gaussianVariance, laplaceScale, nanoRho, pureRho } from './zcdp.js';

/** Proposition 12 taken literally: the minimum over a fine grid of α. */
function deltaByGrid(rho: number, epsilon: number): number {
  let least = 1;
  for (let step = 1; step <= 400_000; step++) {
    const alpha = 1 + 10 ** (-4 + (8 * step) / 400_000);
    const log = (alpha - 1) * (alpha * rho - epsilon) - Math.log(alpha - 1) + alpha * Math.log1p(-1 / alpha);
    least = Math.min(least, Math.exp(log));
  }
  return least;
}

/** The exact δ of a continuous Gaussian mechanism of this ρ (Balle and Wang 2018), Φ by its integral. */
function deltaOfGaussian(rho: number, epsilon: number): number {
  const mu = Math.sqrt(2 * rho);
  return tail(epsilon / mu - mu / 2) - Math.exp(epsilon) * tail(epsilon / mu + mu / 2);
}

function tail(from: number): number {
  const width = 1e-4;
  let sum = 0;
  for (let x = from + width / 2; x < from + 12; x += width) sum += Math.exp((-x * x) / 2) * width;
  return sum / Math.sqrt(2 * Math.PI);
}

describe('accounting in zCDP', () => {
  const pairs = [
    [0.01, 0.5],
    [0.1, 1.5],
    [0.5, 4],
    [1, 5],
    [2.56, 17.16],
  ] as const;
  for (const [rho, epsilon] of pairs) {
    it(`finds the least delta over alpha for rho ${rho} and epsilon ${epsilon}`, () => {
      const delta = deltaOf(rho, epsilon);
      const grid = deltaByGrid(rho, epsilon);
      expect(delta).toBeLessThanOrEqual(grid * (1 + 1e-9));
      expect(delta / grid).toBeCloseTo(1, 4);
    });

    it(`never gives a smaller delta than a Gaussian mechanism of rho ${rho} has`, () => {
      const truth = deltaOfGaussian(rho, epsilon);
      expect(deltaOf(rho, epsilon)).toBeGreaterThanOrEqual(truth);
      expect(deltaOf(rho, epsilon)).toBeLessThan(truth * 10);
    });
  }

  it('is tighter than the simple conversion, and epsilonOf inverts deltaOf', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 10, noNaN: true }), fc.integer({ min: 3, max: 12 }), (rho, digits) => {
        const delta = 10 ** -digits;
        const epsilon = epsilonOf(rho, delta);
        expect(epsilon).toBeLessThan(rho + 2 * Math.sqrt(rho * Math.log(1 / delta)));
        expect(deltaOf(rho, epsilon)).toBeLessThanOrEqual(delta);
        expect(deltaOf(rho, epsilon) / delta).toBeGreaterThan(0.999);
      }),
    );
    expect(epsilonOf(0, 1e-6)).toBe(0);
  });

  it('agrees with values computed with fifty digits', () => {
    expect(epsilonOf(0.01, 1e-6)).toBeCloseTo(0.6216926545596, 9);
    expect(epsilonOf(0.1, 1e-5)).toBeCloseTo(1.9142388320036, 9);
    expect(epsilonOf(1, 1e-6)).toBeCloseTo(7.7662166253117, 9);
    expect(epsilonOf(2.56, 1e-10)).toBeCloseTo(17.1583087121047, 9);
  });

  it('chooses noise that costs exactly the given rho, or less', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000_000_000n), fc.bigInt(1n, 1_000_000n), (nano, sensitivity) => {
        const variance = gaussianVariance(nano, sensitivity);
        expect(variance.num * 2n * nano).toBe(sensitivity * sensitivity * 1_000_000_000n * variance.den);
        const scale = laplaceScale(nano, sensitivity);
        // ½(Δ/scale)² ≤ ρ, in integers.
        expect(sensitivity ** 2n * scale.den ** 2n * 1_000_000_000n <= 2n * nano * scale.num ** 2n).toBe(true);
      }),
    );
    expect(gaussianRho(1, Math.sqrt(50))).toBeCloseTo(0.01, 12);
    expect(pureRho(0.1)).toBeCloseTo(0.005, 12);
    expect(nanoRho(0.01)).toBe(10_000_000n);
    expect(nanoRho(1e-15)).toBe(1n);
    for (const bad of [0, -1, Number.NaN, Infinity]) expect(() => nanoRho(bad)).toThrow(RangeError);
  });

  it('computes integer square roots exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 200n), (value) => {
        const root = integerSquareRoot(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
    );
  });
});

describe('the margin of an answer', () => {
  it('is the least that contains 95 of 100 draws', () => {
    for (const [margin, weight, reach] of [
      [gaussianMargin(rational(50n), 0.05), (x: number) => Math.exp((-x * x) / 100), 400],
      [gaussianMargin(rational(1n, 2n), 0.05), (x: number) => Math.exp(-x * x), 40],
      [laplaceMargin(rational(10n), 0.05), (x: number) => Math.exp(-Math.abs(x) / 10), 4_000],
      [laplaceMargin(rational(1n, 2n), 0.05), (x: number) => Math.exp(-2 * Math.abs(x)), 40],
    ] as const) {
      const mass = (m: number, all: number) => {
        let inside = 0;
        let total = 0;
        for (let x = -all; x <= all; x++) {
          total += weight(x);
          if (Math.abs(x) <= m) inside += weight(x);
        }
        return inside / total;
      };
      expect(mass(margin, reach)).toBeGreaterThanOrEqual(0.95 - 1e-9);
      if (margin > 0) expect(mass(margin - 1, reach)).toBeLessThan(0.95);
    }
  });

  it('is that of the continuous distribution where the sum would take too long', () => {
    expect(gaussianMargin(rational(10n ** 12n), 0.05)).toBeGreaterThan(1_959_963);
    expect(gaussianMargin(rational(10n ** 12n), 0.05)).toBeLessThan(1_961_500);
  });
});
