import { seededRandom, standardNormal } from '@llmos/learning';

const ROUNDS = 30;

/**
 * The directions in which rows are longest, by orthogonal iteration (Golub & Van Loan, Matrix Computations, 7.3.2) on
 * the matrix of their second moments.
 *
 * @param rows of one length, end to end.
 * @returns `count` orthonormal rows, end to end.
 */
export function principalComponents(rows: Float32Array, dimensions: number, count: number): Float32Array {
  const moments = secondMoments(rows, dimensions);
  const random = seededRandom(1);
  let basis: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: dimensions }, () => standardNormal(random)),
  );
  for (let round = 0; round < ROUNDS; round++) basis = orthonormal(basis.map((row) => product(moments, row)));
  return Float32Array.from(basis.flatMap((row) => [...row]));
}

function secondMoments(rows: Float32Array, dimensions: number): Float64Array {
  const moments = new Float64Array(dimensions * dimensions);
  for (let from = 0; from < rows.length; from += dimensions)
    for (let i = 0; i < dimensions; i++) {
      const value = rows[from + i]!;
      for (let j = i; j < dimensions; j++) moments[i * dimensions + j]! += value * rows[from + j]!;
    }
  for (let i = 0; i < dimensions; i++)
    for (let j = 0; j < i; j++) moments[i * dimensions + j] = moments[j * dimensions + i]!;
  return moments;
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  return Float64Array.from(vector, (_, row) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += matrix[row * length + i]! * vector[i]!;
    return sum;
  });
}

/** Gram-Schmidt. */
function orthonormal(rows: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const row of rows) {
    const left = Float64Array.from(row);
    for (const before of done) {
      const along = dot(left, before);
      for (let i = 0; i < left.length; i++) left[i]! -= along * before[i]!;
    }
    const length = Math.sqrt(dot(left, left)) || 1;
    done.push(left.map((value) => value / length));
  }
  return done;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
