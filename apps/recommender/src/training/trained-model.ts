import type { ResolvedSettings } from './settings.js';

/** What training leaves: rows of small whole numbers, each with its scale, and what they mean. */
export interface TrainedModel {
  readonly settings: ResolvedSettings;
  readonly users: number;
  readonly interactions: number;
  readonly items: readonly string[];
  /** How many users had each item. */
  readonly counts: Uint32Array;
  /** EASE^R: row i of B says what having item i adds to every item. iALS: the factor of item i. */
  readonly rows: Rows;
  /** iALS: YᵀY, for finding the factor of a user from a history; empty for EASE^R. */
  readonly gram: Float32Array;
}

/** A matrix; the real value is code · the row's scale. Sixteen bits are within 1/65,000 of a row's largest value. */
export interface Rows {
  readonly columns: number;
  readonly codes: Int16Array;
  readonly scales: Float32Array;
}

const LARGEST_CODE = 32_767;

export function emptyRows(rows: number, columns: number): Rows {
  return { columns, codes: new Int16Array(rows * columns), scales: new Float32Array(rows) };
}

/** Writes one row; symmetric around 0. */
export function writeRow({ columns, codes, scales }: Rows, row: number, values: ArrayLike<number>): void {
  let largest = 0;
  for (let at = 0; at < columns; at++) largest = Math.max(largest, Math.abs(values[at]!));
  if (largest === 0) return;
  scales[row] = largest / LARGEST_CODE;
  const factor = LARGEST_CODE / largest;
  for (let at = 0; at < columns; at++) codes[row * columns + at] = Math.round(values[at]! * factor);
}
