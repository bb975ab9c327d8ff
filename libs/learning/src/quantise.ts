/** A matrix of small integers; a value is its code times the scale of its column (or row). */
export interface Quantised {
  readonly codes: Int8Array | Int16Array;
  readonly scales: Float32Array;
}

/** Symmetric, with one scale per column; `matrix` is row-major with `columns` columns. */
export function quantiseColumns(matrix: Float32Array, columns: number, bits: 8 | 16): Quantised {
  return quantise(matrix, bits, columns, (at) => at % columns);
}

/** Symmetric, with one scale per row of `width` numbers. */
export function quantiseRows(matrix: Float32Array, width: number, bits: 8 | 16): Quantised {
  return quantise(matrix, bits, matrix.length / width, (at) => Math.floor(at / width));
}

export function dequantiseColumns({ codes, scales }: Quantised): Float32Array {
  return Float32Array.from(codes, (code, at) => code * scales[at % scales.length]!);
}

export function dequantiseRows({ codes, scales }: Quantised): Float32Array {
  const width = codes.length / scales.length;
  return Float32Array.from(codes, (code, at) => code * scales[Math.floor(at / width)]!);
}

function quantise(matrix: Float32Array, bits: 8 | 16, groups: number, groupOf: (at: number) => number): Quantised {
  const scales = new Float32Array(groups);
  matrix.forEach((value, at) => (scales[groupOf(at)] = Math.max(scales[groupOf(at)]!, Math.abs(value))));
  // Rounding a scale to float32 can lower it: the margin keeps the largest value within the codes.
  scales.forEach((largest, group) => (scales[group] = (largest / (2 ** (bits - 1) - 1)) * (1 + 1e-6) || 1));
  const codes = new (bits === 8 ? Int8Array : Int16Array)(matrix.length);
  matrix.forEach((value, at) => (codes[at] = Math.round(value / scales[groupOf(at)]!)));
  return { codes, scales };
}
