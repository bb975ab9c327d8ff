import { dequantiseRows, quantiseRows, standardNormal } from '@llmos/learning';

/** How the numbers of an update lie: for each matrix of the body `rows × rank`, then `rank × columns`, row-major. */
export interface UpdateLayout {
  readonly rank: number;
  /** Rows and columns of each matrix. */
  readonly matrices: readonly (readonly [number, number])[];
}

/** An update as it is stored. */
export interface StoredUpdate {
  readonly codes: Int8Array;
  /** One for each block of numbers. */
  readonly scales: Float32Array;
}

/** Numbers that share a scale. */
const BLOCK = 64;

export function updateSize({ rank, matrices }: UpdateLayout): number {
  return matrices.reduce((sum, [rows, columns]) => sum + rank * (rows + columns), 0);
}

/** An update that changes nothing yet: the first factor of each product by chance, the second one zero. */
export function freshUpdate(layout: UpdateLayout, random: () => number): Float32Array {
  const update = new Float32Array(updateSize(layout));
  let at = 0;
  for (const [rows, columns] of layout.matrices) {
    for (const end = at + rows * layout.rank; at < end; at++) update[at] = standardNormal(random) / Math.sqrt(rows);
    at += layout.rank * columns;
  }
  return update;
}

/** Rounds to int8: what is stored, and what is used from the moment it is learnt. */
export function storedUpdate(update: Float32Array): StoredUpdate {
  const { codes, scales } = quantiseRows(update, BLOCK, 8);
  return { codes: Int8Array.from(codes), scales };
}

/** @throws RangeError when there is not a scale for each block. */
export function updateOf(stored: StoredUpdate): Float32Array {
  if (stored.codes.length !== stored.scales.length * BLOCK) throw new RangeError('Wrong sizes.');
  return dequantiseRows(stored);
}
