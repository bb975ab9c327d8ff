import type { Rational } from './rational.js';

/** Above this the distribution is practically continuous, and its sum would take too long. */
const SUMMED_SIGMA = 1_000;

/** The least m with P(|X| > m) ≤ `outside`, X discrete Laplace: the tail is 2aᵐ⁺¹/(1+a) with a = exp(−1/scale). */
export function laplaceMargin(scale: Rational, outside: number): number {
  const t = Number(scale.num) / Number(scale.den);
  const a = Math.exp(-1 / t);
  return Math.max(0, Math.ceil(-t * Math.log((outside * (1 + a)) / 2) - 1));
}

/**
 * The least m with P(|X| > m) ≤ `outside`, X discrete Gaussian. For σ above 1,000 it is that of the continuous one,
 * rounded up.
 */
export function gaussianMargin(sigma2: Rational, outside: number): number {
  const variance = Number(sigma2.num) / Number(sigma2.den);
  const sigma = Math.sqrt(variance);
  if (sigma > SUMMED_SIGMA) return Math.ceil(sigma * normalQuantile(1 - outside / 2)) + 1;
  const weights = [1];
  for (let x = 1; x <= 12 * sigma + 2; x++) weights.push(2 * Math.exp((-x * x) / (2 * variance)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let tail = 0;
  for (let m = weights.length - 1; m > 0; m--) {
    tail += weights[m]!;
    if (tail > outside * total) return m;
  }
  return 0;
}

/**
 * Quantile of the normal distribution for p above ½ (Abramowitz and Stegun 26.2.23, error below 0.00045, rounded up).
 */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const top = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  const bottom = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3;
  return t - top / bottom + 0.000_45;
}
