import { LlmosError, type InputOf } from '@llmos/contracts';
import type { release } from '@llmos/contracts/capabilities/security';
import {
  discreteGaussian,
  discreteLaplace,
  gaussianMargin,
  gaussianVariance,
  laplaceMargin,
  laplaceScale,
  type RandomSource,
} from '@llmos/privacy';

export type Query = InputOf<typeof release>['query'];
type Mechanism = InputOf<typeof release>['mechanism'];

/** The noise of an answer, and its cost in billionths of ρ. */
export interface Noise {
  readonly mechanism: Mechanism;
  readonly nano: bigint;
  /** How many of the values one user can change. */
  readonly contributions: number;
  readonly random: RandomSource;
}

export interface NoisyAnswer {
  readonly value: number;
  readonly margin95: number;
}

const OUTSIDE = 0.05;

/**
 * The answer with noise. Two data sets that differ in the contributions of one user give answers whose distributions
 * differ by at most what the cost allows. The margin reveals nothing beyond the value.
 *
 * @throws LlmosError INVALID_ARGUMENT if a mean is impossible for clamped values.
 */
export function answerNoisily(query: Query, noise: Noise): NoisyAnswer {
  return query.kind === 'count' ? noisyCount(query.value, noise) : noisyMean(query, noise);
}

function noisyCount(count: number, noise: Noise): NoisyAnswer {
  const { draw, margin } = mechanismOf(noise, BigInt(noise.contributions), noise.nano);
  return { value: Number(BigInt(count) + draw()), margin95: margin(OUTSIDE) };
}

/**
 * Sum and count are both private: each gets half of the cost. The sum is centred on the middle of the range, where one
 * value changes it least:
 * mean = (lower + upper)/2 + Σ(x − middle)/n, both noisy (Li, Lyu, Su and Yang 2016, "NoisyAverage").
 */
function noisyMean(query: Extract<Query, { kind: 'mean' }>, noise: Noise): NoisyAnswer {
  const { sum, count, lower, upper } = query;
  checkMean(query);
  const half = noise.nano / 2n;
  const width = BigInt(upper) - BigInt(lower);
  // Twice the centred sum is an integer; one value changes it by at most the width.
  const doubled = 2n * BigInt(sum) - BigInt(count) * (BigInt(lower) + BigInt(upper));
  const ofSum = mechanismOf(noise, BigInt(noise.contributions) * width, half > 0n ? half : 1n);
  const ofCount = mechanismOf(noise, BigInt(noise.contributions), half > 0n ? half : 1n);
  const noisySum = Number(doubled + ofSum.draw());
  const noisyCount = Math.max(1, count + Number(ofCount.draw()));
  const mean = (lower + upper) / 2 + noisySum / (2 * noisyCount);
  // |error| ≤ (|noise of the sum|/2 + |noise of the count|·width/2) / noisy count; each is in its bound in 97.5 %.
  const bound = (ofSum.margin(OUTSIDE / 2) / 2 + (ofCount.margin(OUTSIDE / 2) * (upper - lower)) / 2) / noisyCount;
  return { value: Math.min(upper, Math.max(lower, mean)), margin95: Math.min(bound, upper - lower) };
}

function checkMean({ sum, count, lower, upper }: Extract<Query, { kind: 'mean' }>): void {
  if (lower >= upper) {
    throw new LlmosError('INVALID_ARGUMENT', `'lower' (${lower}) must be below 'upper' (${upper}).`, {
      field: 'query.lower',
    });
  }
  const exact = BigInt(sum);
  if (exact < BigInt(count) * BigInt(lower) || exact > BigInt(count) * BigInt(upper)) {
    const message = `The sum is impossible for ${count} values between ${lower} and ${upper}. Clamp each value before summing.`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'query.sum' });
  }
}

function mechanismOf({ mechanism, random }: Noise, sensitivity: bigint, nano: bigint) {
  if (mechanism === 'gaussian') {
    const sigma2 = gaussianVariance(nano, sensitivity);
    return { draw: () => discreteGaussian(random, sigma2), margin: (out: number) => gaussianMargin(sigma2, out) };
  }
  const scale = laplaceScale(nano, sensitivity);
  return { draw: () => discreteLaplace(random, scale), margin: (out: number) => laplaceMargin(scale, out) };
}
