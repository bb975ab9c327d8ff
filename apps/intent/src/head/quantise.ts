/** A matrix as int8 codes; the real value is code · the scale of its column (or row). */
export interface Quantised {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
}

const MAX_CODE = 127;

/** Symmetric int8 with one scale per column; `matrix` is row-major with `columns` columns. */
export function quantiseColumns(matrix: Float32Array, columns: number): Quantised {
  return quantise(matrix, columns, (at) => at % columns);
}

/** Symmetric int8 with one scale per row of `width` numbers. */
export function quantiseRows(matrix: Float32Array, width: number): Quantised {
  return quantise(matrix, matrix.length / width, (at) => Math.floor(at / width));
}

export function dequantiseColumns({ codes, scales }: Quantised): Float32Array {
  return Float32Array.from(codes, (code, at) => code * scales[at % scales.length]!);
}

export function dequantiseRows({ codes, scales }: Quantised): Float32Array {
  const width = codes.length / scales.length;
  return Float32Array.from(codes, (code, at) => code * scales[Math.floor(at / width)]!);
}

function quantise(matrix: Float32Array, groups: number, groupOf: (at: number) => number): Quantised {
  const scales = new Float32Array(groups);
  matrix.forEach((value, at) => (scales[groupOf(at)] = Math.max(scales[groupOf(at)]!, Math.abs(value))));
  scales.forEach((largest, group) => (scales[group] = largest / MAX_CODE || 1));
  return { codes: Int8Array.from(matrix, (value, at) => Math.round(value / scales[groupOf(at)]!)), scales };
}
