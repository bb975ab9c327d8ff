import { integerSquareRoot, rational, type Rational } from './rational.js';

/*
 * Accounting in zero-concentrated differential privacy (Bun and Steinke 2016): costs ρ add up. Proposition 12 of Canonne,
 * Kamath and Steinke 2020 converts their sum to (ε, δ).
 */

/** ρ is counted in billionths, as integers: sums are exact. */
export const NANO = 1_000_000_000n;

/** ρ in billionths; at least one, so that no answer is free. */
export function nanoRho(rho: number): bigint {
  if (!(rho > 0) || !Number.isFinite(rho)) throw new RangeError('rho must be above 0');
  const nano = BigInt(Math.round(rho * Number(NANO)));
  return nano < 1n ? 1n : nano;
}

/** σ² of the discrete Gaussian that costs `nano` billionths of ρ at this sensitivity: Δ²/(2ρ). */
export function gaussianVariance(nano: bigint, sensitivity: bigint): Rational {
  return rational(sensitivity * sensitivity * NANO, 2n * nano);
}

/** Scale of the discrete Laplace that costs at most `nano` billionths of ρ: Δ/ε with ε = √(2ρ), rounded down. */
export function laplaceScale(nano: bigint, sensitivity: bigint): Rational {
  const nanoEpsilon = integerSquareRoot(2n * nano * NANO);
  return rational(sensitivity * NANO, nanoEpsilon);
}

/** ρ of the Gaussian mechanism: Δ²/(2σ²). */
export function gaussianRho(sensitivity: number, sigma: number): number {
  return sensitivity ** 2 / (2 * sigma ** 2);
}

/** ρ of an ε-differentially private mechanism: ½ε². */
export function pureRho(epsilon: number): number {
  return epsilon ** 2 / 2;
}

const STEPS = 200;
const SMALLEST_ALPHA = 1.000_000_01;

/** The δ for which ρ-zCDP is (ε, δ)-differentially private: the least over α of proposition 12, found by bisection. */
export function deltaOf(rho: number, epsilon: number): number {
  if (rho === 0) return 0;
  let low = SMALLEST_ALPHA;
  let high = (epsilon + 1) / (2 * rho) + 2;
  for (let step = 0; step < STEPS; step++) {
    const alpha = (low + high) / 2;
    const slope = (2 * alpha - 1) * rho - epsilon + Math.log1p(-1 / alpha);
    if (slope < 0) low = alpha;
    else high = alpha;
  }
  // Every α gives a valid bound; the best α gives the smallest.
  const alpha = high;
  const exponent = (alpha - 1) * (alpha * rho - epsilon) + alpha * Math.log1p(-1 / alpha) - Math.log(alpha - 1);
  return Math.min(1, Math.exp(exponent));
}

/** The ε for which ρ-zCDP is (ε, δ)-differentially private; never above ρ + 2√(ρ ln 1/δ). */
export function epsilonOf(rho: number, delta: number): number {
  if (!(delta > 0)) throw new RangeError('delta must be above 0');
  if (rho === 0 || delta >= 1) return 0;
  let low = 0;
  let high = rho + 2 * Math.sqrt(rho * Math.log(1 / delta));
  for (let step = 0; step < STEPS; step++) {
    const epsilon = (low + high) / 2;
    if (deltaOf(rho, epsilon) <= delta) high = epsilon;
    else low = epsilon;
  }
  return high;
}
