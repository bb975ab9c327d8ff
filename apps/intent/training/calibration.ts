import { logLossOf, quantileOf } from '@llmos/learning';
import { softmax } from '#src/head/intent-head.js';
import type { ScopeScale } from '#src/head/head-weights.js';

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SEARCH_STEPS = 40;

/**
 * The temperature that calibrates held-out probabilities: minimises their log loss (Guo et al. 2017) by golden-section
 * search between 0.1 and 10. `scores` must come from models that were not trained on those rows.
 */
export function fitTemperature(scores: readonly Float64Array[], labels: Int32Array): number {
  const lossAt = (logTemperature: number) => {
    const temperature = Math.exp(logTemperature);
    return logLossOf(
      scores.map((row) => softmax(row.map((score) => score / temperature))),
      labels,
    );
  };
  let [low, high] = [Math.log(0.1), Math.log(10)];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (lossAt(left) < lossAt(right)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/** Log-odds of a median known question being in scope: its out-of-scope score is 0.02. */
const MEDIAN_LOG_ODDS = Math.log(0.98 / 0.02);

/**
 * Sets the threshold so that `falseAlarms` of held-out in-scope questions fall below it; no out-of-scope question is
 * needed.
 */
export function fitScope(similarities: readonly number[], falseAlarms: number): ScopeScale {
  const threshold = quantileOf(similarities, falseAlarms);
  return { threshold, scale: Math.max(1e-6, (quantileOf(similarities, 0.5) - threshold) / MEDIAN_LOG_ODDS) };
}
