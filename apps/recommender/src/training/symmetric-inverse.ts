import { matrix, solvePositiveDefinite } from '@llmos/learning';
import type { Gemm } from './gemm.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

/**
 * Replaces a symmetric positive definite A by −A⁻¹, in place, by the sweep operator in blocks (Goodnight 1979).
 *
 * For each block K of rows: with D = A_KK and W = A_*K · D⁻¹, every other block becomes A_ij − W_i · A_jKᵀ, the
 * columns K become W, and A_KK becomes −D⁻¹. ONNX Runtime computes the products (float32); the small inverses use
 * Cholesky in float64. It needs half the steps and half the memory of a general inverse, and can be stopped between
 * blocks.
 *
 * @throws RangeError if the matrix is not positive definite.
 */
export async function negateInverse(
  a: SymmetricMatrix,
  gemm: Gemm,
  between: (done: number, total: number) => Promise<void>,
): Promise<void> {
  for (let k = 0; k < a.blocks; k++) {
    await between(k, a.blocks);
    await sweep(a, gemm, k);
  }
}

async function sweep(a: SymmetricMatrix, gemm: Gemm, k: number): Promise<void> {
  const width = a.heightOf(k);
  const columns = a.columnsOf(k);
  const inverse = inverseOfBlock(columns.subarray(a.startOf(k) * width, a.endOf(k) * width), width);
  const swept = await gemm.times(columns, inverse, a.size, width, width);
  for (let p = 0; p < a.blocks; p++) {
    if (p === k) continue;
    const rows = swept.subarray(a.startOf(p) * width, a.endOf(p) * width);
    const others = columns.subarray(0, a.endOf(p) * width);
    a.panels[p] = await gemm.minusTransposed(a.panels[p]!, rows, others, [a.heightOf(p), width, a.endOf(p)]);
  }
  swept.set(
    inverse.map((value) => -value),
    a.startOf(k) * width,
  );
  a.setColumnsOf(k, swept);
}

function inverseOfBlock(block: Float32Array, size: number): Float32Array {
  const symmetric = matrix(size, size);
  symmetric.data.set(block);
  const identity = matrix(size, size);
  for (let at = 0; at < size; at++) identity.data[at * size + at] = 1;
  return Float32Array.from(solvePositiveDefinite(symmetric, identity).data);
}
