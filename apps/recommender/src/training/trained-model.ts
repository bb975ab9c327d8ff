import type { ResolvedSettings } from './settings.js';

/** The result of a training. */
export interface TrainedModel {
  readonly settings: ResolvedSettings;
  readonly users: number;
  readonly interactions: number;
  readonly items: readonly string[];
  /** The number of users of each item. */
  readonly counts: Uint32Array;
  /** EASE^R: row i of B, what item i adds to the score of every item. iALS: the factor of item i. */
  readonly rows: Rows;
  /** iALS: YᵀY, to compute the factor of a user from a history; empty for EASE^R. */
  readonly gram: Float32Array;
}

/**
 * A quantised matrix: a value is code · scale of the row. The error is at most 1/65,000 of the row's largest value.
 */
export interface Rows {
  readonly columns: number;
  readonly codes: Int16Array;
  readonly scales: Float32Array;
}

const LARGEST_CODE = 32_767;

export function emptyRows(rows: number, columns: number): Rows {
  return { columns, codes: new Int16Array(rows * columns), scales: new Float32Array(rows) };
}

/** Quantises one row, symmetrically around 0. */
export function writeRow({ columns, codes, scales }: Rows, row: number, values: ArrayLike<number>): void {
  let largest = 0;
  for (let at = 0; at < columns; at++) largest = Math.max(largest, Math.abs(values[at]!));
  if (largest === 0) return;
  scales[row] = largest / LARGEST_CODE;
  const factor = LARGEST_CODE / largest;
  for (let at = 0; at < columns; at++) codes[row * columns + at] = Math.round(values[at]! * factor);
}
