import { dequantiseRows, quantiseRows, standardNormal } from '@llmos/learning';

/** The layout of an update: for each matrix of the encoder `rows × rank`, then `rank × columns`, row-major. */
export interface UpdateLayout {
  readonly rank: number;
  /** Rows and columns of each matrix. */
  readonly matrices: readonly (readonly [number, number])[];
}

/** An update in its stored form. */
export interface StoredUpdate {
  readonly codes: Int8Array;
  /** One per {@link BLOCK}. */
  readonly scales: Float32Array;
}

/** Numbers that share one scale. */
const BLOCK = 64;

export function updateSize({ rank, matrices }: UpdateLayout): number {
  return matrices.reduce((sum, [rows, columns]) => sum + rank * (rows + columns), 0);
}

/**
 * An update without effect, to start training from: the first factor of each product is random, the second is zero.
 */
export function freshUpdate(layout: UpdateLayout, random: () => number): Float32Array {
  const update = new Float32Array(updateSize(layout));
  let at = 0;
  for (const [rows, columns] of layout.matrices) {
    for (const end = at + rows * layout.rank; at < end; at++) update[at] = standardNormal(random) / Math.sqrt(rows);
    at += layout.rank * columns;
  }
  return update;
}

/** Rounds to int8. The rounded update is also the one that is used right after training. */
export function storedUpdate(update: Float32Array): StoredUpdate {
  const { codes, scales } = quantiseRows(update, BLOCK, 8);
  return { codes: Int8Array.from(codes), scales };
}

/** @throws RangeError unless there is one scale per block. */
export function updateOf(stored: StoredUpdate): Float32Array {
  if (stored.codes.length !== stored.scales.length * BLOCK) throw new RangeError('Wrong sizes.');
  return dequantiseRows(stored);
}
