import type { LinearWeights } from '../head/head-weights.js';
import { minimise, type MinimiseOptions } from './lbfgs.js';
import type { TrainingRows } from './training-rows.js';

export interface LogisticRegressionOptions extends MinimiseOptions {
  /** Inverse strength of the L2 penalty: the objective is C · Σ cross-entropy + ½‖weights‖², the bias unpenalised. */
  readonly inversePenalty: number;
}

/** Fits a multinomial logistic regression. `labels[row]` is a class below `classes`. Convex, so the start does not matter. */
export function fitLogisticRegression(
  rows: TrainingRows, labels: Int32Array, classes: number, options: LogisticRegressionOptions,
): LinearWeights {
  const size = rows.features * classes;
  const penalty = 1 / (options.inversePenalty * rows.count);
  const logits = new Float64Array(classes);
  const fitted = minimise(
    (point, gradient) => {
      const [weights, bias] = [point.subarray(0, size), point.subarray(size)];
      const [weightGradient, biasGradient] = [gradient.subarray(0, size), gradient.subarray(size)];
      gradient.fill(0);
      let loss = 0;
      for (let row = 0; row < rows.count; row++) {
        logits.set(bias);
        rows.addLogits(row, weights, logits);
        loss += crossEntropyInPlace(logits, labels[row]!);
        rows.addGradient(row, logits, weightGradient);
        for (let label = 0; label < classes; label++) biasGradient[label]! += logits[label]!;
      }
      return loss / rows.count + addPenalty(weights, weightGradient, biasGradient, rows.count, penalty);
    },
    new Float64Array(size + classes),
    options,
  );
  return { weights: Float32Array.from(fitted.subarray(0, size)), bias: Float32Array.from(fitted.subarray(size)) };
} // prettier-ignore

/** Returns the loss of one row and leaves its gradient, probability minus one-hot, in `logits`. */
function crossEntropyInPlace(logits: Float64Array, label: number): number {
  let top = -Infinity;
  for (let at = 0; at < logits.length; at++) top = Math.max(top, logits[at]!);
  const margin = logits[label]! - top;
  let total = 0;
  for (let at = 0; at < logits.length; at++) total += logits[at] = Math.exp(logits[at]! - top);
  for (let at = 0; at < logits.length; at++) logits[at]! /= total;
  logits[label]! -= 1;
  return Math.log(total) - margin;
}

function addPenalty(
  weights: Float64Array, weightGradient: Float64Array, biasGradient: Float64Array, count: number, penalty: number,
): number {
  let squares = 0;
  for (let at = 0; at < weights.length; at++) {
    squares += weights[at]! * weights[at]!;
    weightGradient[at] = weightGradient[at]! / count + penalty * weights[at]!;
  }
  for (let at = 0; at < biasGradient.length; at++) biasGradient[at]! /= count;
  return (penalty / 2) * squares;
} // prettier-ignore
