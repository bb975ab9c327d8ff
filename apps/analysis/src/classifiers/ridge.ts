import { matrix, solvePositiveDefinite, timesTransposed, transpose, type Matrix } from '@llmos/learning';

/** Rows of features with one class each. */
export interface RidgeProblem {
  readonly rows: readonly Float64Array[];
  readonly targets: Int32Array;
  readonly classes: number;
  /** Leave-one-out scores are computed for this many rows, from the first. */
  readonly leaveOut: number;
}

export interface RidgeFit {
  /** features × classes. */
  readonly weights: Matrix;
  /** The scores of each of these rows by a fit without the row. */
  readonly leftOut: readonly Float64Array[];
}

/**
 * Ridge regression on one-hot targets, with exact leave-one-out scores in closed form: for a row with leverage h, the
 * left-out residual is the residual / (1 - h) (Hastie, Tibshirani, Friedman 2009, section 7.10).
 */
export function fitRidge({ rows, targets, classes, leaveOut }: RidgeProblem, penalty: number): RidgeFit {
  const features = rows[0]?.length ?? 0;
  const design = matrix(rows.length, features);
  rows.forEach((row, at) => design.data.set(row, at * features));
  const transposed = transpose(design);
  const gram = timesTransposed(transposed, transposed, true);
  for (let at = 0; at < features; at++) gram.data[at * features + at]! += penalty;
  const right = matrix(features, classes + leaveOut);
  rows.forEach((row, at) => {
    const target = targets[at]!;
    row.forEach((value, feature) => {
      right.data[feature * right.columns + target]! += value;
      if (at < leaveOut) right.data[feature * right.columns + classes + at] = value;
    });
  });
  const solved = solvePositiveDefinite(gram, right);
  const weights = matrix(features, classes);
  for (let feature = 0; feature < features; feature++)
    for (let label = 0; label < classes; label++)
      weights.data[feature * classes + label] = solved.data[feature * solved.columns + label]!;
  return {
    weights,
    leftOut: rows.slice(0, leaveOut).map((row, at) => leftOutOf(row, at, targets[at]!, weights, solved)),
  };
}

export function scoresOf(row: Float64Array, weights: Matrix): Float64Array {
  const scores = new Float64Array(weights.columns);
  row.forEach((value, feature) => {
    for (let label = 0; label < weights.columns; label++)
      scores[label]! += value * weights.data[feature * weights.columns + label]!;
  });
  return scores;
}

function leftOutOf(row: Float64Array, at: number, target: number, weights: Matrix, solved: Matrix): Float64Array {
  const leverage = row.reduce(
    (sum, value, feature) => sum + value * solved.data[feature * solved.columns + weights.columns + at]!,
    0,
  );
  const rest = Math.max(1e-9, 1 - leverage);
  return scoresOf(row, weights).map((score, label) => {
    const wanted = label === target ? 1 : 0;
    return wanted - (wanted - score) / rest;
  });
}
