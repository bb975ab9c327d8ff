import { uniformBelow, type RandomSource } from './random-source.js';
import { integerSquareRoot, rational, type Rational } from './rational.js';

/*
 * The exact samplers of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020),
 * algorithms 1 to 3. Only integers are compared, so no floating-point rounding leaks through the noise (Mironov 2012).
 * The duration of a draw depends on the drawn value.
 */

/** True with probability `p`, which is at most 1. */
export function bernoulli(random: RandomSource, { num, den }: Rational): boolean {
  return uniformBelow(random, den) < num;
}

/** True with probability exp(−γ) (algorithm 1). */
export function bernoulliExp(random: RandomSource, gamma: Rational): boolean {
  const ONE = { num: 1n, den: 1n };
  const whole = gamma.num / gamma.den;
  for (let i = 0n; i < whole; i++) if (!bernoulliExpBelowOne(random, ONE)) return false;
  return bernoulliExpBelowOne(random, { num: gamma.num % gamma.den, den: gamma.den });
}

/** For γ ≤ 1: counts the successes of γ/1, γ/2, γ/3 … in a row; exp(−γ) is the probability that the count is even. */
function bernoulliExpBelowOne(random: RandomSource, { num, den }: Rational): boolean {
  let k = 1n;
  while (bernoulli(random, { num, den: den * k })) k++;
  return k % 2n === 1n;
}

/**
 * An integer x with probability proportional to exp(−|x| / scale) (algorithm 2). For a query of sensitivity Δ,
 * `scale = Δ/ε` makes it ε-differentially private.
 */
export function discreteLaplace(random: RandomSource, scale: Rational): bigint {
  const { num: t, den: s } = scale;
  if (t <= 0n) throw new RangeError('the scale must be above 0');
  for (;;) {
    const remainder = uniformBelow(random, t);
    if (!bernoulliExp(random, { num: remainder, den: t })) continue;
    let quotient = 0n;
    while (bernoulliExp(random, { num: 1n, den: 1n })) quotient++;
    const magnitude = (remainder + t * quotient) / s;
    const negative = bernoulli(random, { num: 1n, den: 2n });
    // Zero has no sign: counted with both it would be twice as likely.
    if (negative && magnitude === 0n) continue;
    return negative ? -magnitude : magnitude;
  }
}

/**
 * An integer x with probability proportional to exp(−x² / 2σ²) (algorithm 3). For a query of sensitivity Δ it costs
 * ρ = Δ²/(2σ²) in zCDP.
 */
export function discreteGaussian(random: RandomSource, sigma2: Rational): bigint {
  const { num, den } = sigma2;
  if (num <= 0n) throw new RangeError('the variance must be above 0');
  const t = integerSquareRoot(num / den) + 1n;
  for (;;) {
    const candidate = discreteLaplace(random, { num: t, den: 1n });
    const magnitude = candidate < 0n ? -candidate : candidate;
    // (|y| − σ²/t)² / 2σ², multiplied out.
    const distance = magnitude * t * den - num;
    const gamma = rational(distance * distance, 2n * num * den * t * t);
    if (bernoulliExp(random, gamma)) return candidate;
  }
}
