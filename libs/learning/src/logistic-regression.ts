import type { SparseVector } from './lexical-features.js';
import { minimise, type MinimiseOptions } from './lbfgs.js';

/**
 * One multinomial logistic regression: logits = bias + Σ feature · weights.
 * `weights` is feature-major: `weights[feature * classes + class]`.
 */
export interface LinearWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface LogisticRegressionOptions extends MinimiseOptions {
  /** Inverse strength of the L2 penalty: the objective is C · Σ cross-entropy + ½‖weights‖², the bias unpenalised. */
  readonly inversePenalty: number;
}

/** Labelled rows over `features` sparse features; each label is a class below `classes`. */
export interface LabelledRows {
  readonly rows: readonly SparseVector[];
  readonly labels: Int32Array;
  readonly features: number;
  readonly classes: number;
}

/** Fits a multinomial logistic regression. The objective is convex: the result is deterministic. */
export function fitLogisticRegression(data: LabelledRows, options: LogisticRegressionOptions): LinearWeights {
  const size = data.features * data.classes;
  const penalty = 1 / (options.inversePenalty * data.rows.length);
  const fitted = minimise(
    (point, gradient) => {
      gradient.fill(0);
      const loss = addLoss(data, point, gradient);
      return loss + addPenalty(point, gradient, size, penalty);
    },
    new Float64Array(size + data.classes),
    options,
  );
  return { weights: Float32Array.from(fitted.subarray(0, size)), bias: Float32Array.from(fitted.subarray(size)) };
}

/** Mean cross-entropy; adds its gradient. */
function addLoss(
  { rows, labels, features, classes }: LabelledRows,
  point: Float64Array,
  gradient: Float64Array,
): number {
  const scores = new Float64Array(classes);
  const bias = point.subarray(features * classes);
  const biasGradient = gradient.subarray(features * classes);
  let loss = 0;
  rows.forEach(({ indexes, values }, row) => {
    scores.set(bias);
    for (let at = 0; at < indexes.length; at++) addRow(scores, point, indexes[at]! * classes, values[at]!);
    loss += crossEntropyInPlace(scores, labels[row]!) / rows.length;
    for (let label = 0; label < classes; label++) biasGradient[label]! += scores[label]! / rows.length;
    for (let at = 0; at < indexes.length; at++) {
      const from = indexes[at]! * classes;
      const factor = values[at]! / rows.length;
      for (let label = 0; label < classes; label++) gradient[from + label]! += factor * scores[label]!;
    }
  });
  return loss;
}

function addRow(scores: Float64Array, weights: Float64Array, from: number, factor: number): void {
  for (let label = 0; label < scores.length; label++) scores[label]! += factor * weights[from + label]!;
}

/** Returns the loss of one row and leaves its gradient, probability minus one-hot, in `scores`. */
function crossEntropyInPlace(scores: Float64Array, label: number): number {
  let top = -Infinity;
  for (let at = 0; at < scores.length; at++) top = Math.max(top, scores[at]!);
  const margin = scores[label]! - top;
  let total = 0;
  for (let at = 0; at < scores.length; at++) total += scores[at] = Math.exp(scores[at]! - top);
  for (let at = 0; at < scores.length; at++) scores[at]! /= total;
  scores[label]! -= 1;
  return Math.log(total) - margin;
}

function addPenalty(point: Float64Array, gradient: Float64Array, size: number, penalty: number): number {
  let squares = 0;
  for (let at = 0; at < size; at++) {
    squares += point[at]! * point[at]!;
    gradient[at]! += penalty * point[at]!;
  }
  return (penalty / 2) * squares;
}
