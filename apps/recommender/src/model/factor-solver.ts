export interface FoldOptions {
  readonly unobservedWeight: number;
  readonly penalty: number;
  /** The weight of each touched row. Default: 1. */
  readonly weights?: Float32Array;
}

/** Solves symmetric systems of one size; the buffers are reused, because a sweep solves one system per row. */
export class FactorSolver {
  private readonly system: Float64Array;
  readonly solution: Float64Array;

  constructor(readonly factors: number) {
    this.system = new Float64Array(factors * factors);
    this.solution = new Float64Array(factors);
  }

  /**
   * One half-step of iALS (Hu et al. 2008; the form of Rendle et al. 2021): solves
   * (Σ_i y_i y_iᵀ + α₀ YᵀY + λ I) x = Σ_i y_i over the touched rows i. The result is valid until the next call.
   */
  fold(
    touched: Uint32Array,
    vectors: ArrayLike<number>,
    gram: ArrayLike<number>,
    { unobservedWeight, penalty, weights }: FoldOptions,
  ): Float64Array {
    this.start(gram, unobservedWeight, penalty);
    this.addOuterProducts(touched, vectors);
    this.solution.fill(0);
    touched.forEach((row, at) => {
      const weight = weights?.[at] ?? 1;
      for (let f = 0; f < this.factors; f++) this.solution[f]! += weight * vectors[row * this.factors + f]!;
    });
    this.factorise();
    return this.solve(this.solution);
  }

  /** Solves the system of the last `fold` for another right-hand side, in place. */
  solve(right: Float64Array): Float64Array {
    const { factors: d, system: lower } = this;
    for (let row = 0; row < d; row++) {
      let rest = right[row]!;
      for (let k = 0; k < row; k++) rest -= lower[row * d + k]! * right[k]!;
      right[row] = rest / lower[row * d + row]!;
    }
    for (let row = d - 1; row >= 0; row--) {
      const value = (right[row] = right[row]! / lower[row * d + row]!);
      for (let k = 0; k < row; k++) right[k]! -= lower[row * d + k]! * value;
    }
    return right;
  }

  private start(gram: ArrayLike<number>, weight: number, penalty: number): void {
    const { factors: d, system } = this;
    for (let row = 0; row < d; row++) {
      for (let column = 0; column <= row; column++) system[row * d + column] = weight * gram[row * d + column]!;
      system[row * d + row]! += penalty;
    }
  }

  /** Four vectors at a time: a quarter of the memory accesses. */
  private addOuterProducts(touched: Uint32Array, vectors: ArrayLike<number>): void {
    const d = this.factors;
    const block = new Float64Array(4 * d);
    for (let at = 0; at < touched.length; at += 4) {
      block.fill(0);
      for (let v = 0; v < 4 && at + v < touched.length; v++)
        for (let f = 0; f < d; f++) block[v * d + f] = vectors[touched[at + v]! * d + f]!;
      addFour(this.system, block, d);
    }
  }

  /** Cholesky, in place. */
  private factorise(): void {
    const { factors: d, system: lower } = this;
    for (let row = 0; row < d; row++) {
      for (let column = 0; column <= row; column++) {
        let rest = lower[row * d + column]!;
        for (let k = 0; k < column; k++) rest -= lower[row * d + k]! * lower[column * d + k]!;
        // The penalty makes pivots positive, but rounding can make them 0.
        lower[row * d + column] =
          row === column ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / lower[column * d + column]!;
      }
    }
  }
}

function addFour(system: Float64Array, block: Float64Array, d: number): void {
  for (let row = 0; row < d; row++) {
    const [a0, a1, a2, a3] = [block[row]!, block[d + row]!, block[2 * d + row]!, block[3 * d + row]!];
    const from = row * d;
    for (let c = 0; c <= row; c++)
      system[from + c]! += a0 * block[c]! + a1 * block[d + c]! + a2 * block[2 * d + c]! + a3 * block[3 * d + c]!;
  }
}

/** VᵀV of row-major vectors, both triangles. */
export function gramOfVectors(vectors: Float32Array, d: number): Float64Array {
  const gram = new Float64Array(d * d);
  const block = new Float64Array(4 * d);
  for (let from = 0; from < vectors.length; from += 4 * d) {
    block.fill(0);
    block.set(vectors.subarray(from, from + 4 * d));
    addFour(gram, block, d);
  }
  for (let row = 0; row < d; row++) for (let c = 0; c < row; c++) gram[c * d + row] = gram[row * d + c]!;
  return gram;
}
