import type { ModelParts } from './ease.model.js';
import { FactorSolver } from './factor-solver.js';
import type { ItemModel, ModelInfo, WeightedHistory } from './item-model.js';

export interface IalsParts extends ModelParts {
  /** YᵀY, d × d. */
  readonly gram: Float32Array;
  readonly unobservedWeight: number;
}

const ROWS_PER_READ = 1_024;

/**
 * iALS: the history is folded in (one least-squares solve gives the user's factor), so recent interactions count and
 * user factors are not stored. A score is the product of the user's factor and the item's factor.
 */
export class IalsModel implements ItemModel {
  readonly info: ModelInfo;
  readonly items: readonly string[];
  readonly counts: Uint32Array;
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly solver: FactorSolver;

  constructor(private readonly parts: IalsParts) {
    ({ info: this.info, items: this.items, counts: this.counts } = parts);
    this.numbers = new Map(parts.items.map((item, number) => [item, number]));
    this.solver = new FactorSolver(parts.rows.columns);
  }

  indexOf(item: string): number | undefined {
    return this.numbers.get(item);
  }

  scores(history: WeightedHistory): Float32Array {
    return this.products(this.foldIn(history));
  }

  /**
   * Hu et al. 2008, section 5: with W the inverse of the user's system, item j of the history contributes y_iᵀ W y_j
   * to the score of item i.
   */
  contributions(history: WeightedHistory, wanted: readonly number[]): Float32Array {
    const vectors = this.vectorsOf(history.items);
    this.foldIn(history, vectors);
    const d = this.parts.rows.columns;
    const shares = new Float32Array(wanted.length * history.items.length);
    wanted.forEach((item, place) => {
      const explained = this.solver.solve(Float64Array.from(this.vectorsOf(Uint32Array.of(item))));
      for (let at = 0; at < history.items.length; at++)
        shares[place * history.items.length + at] = history.weights[at]! * dot(explained, vectors, at * d);
    });
    return shares;
  }

  /** The cosines of the factors. */
  similarities(item: number): Float32Array {
    const own = Float64Array.from(this.vectorsOf(Uint32Array.of(item)));
    const products = this.products(own);
    return products.map((product, other) => Math.max(0, product / (this.norms[item]! * this.norms[other]! || 1)));
  }

  similaritiesAmong(item: number, others: Uint32Array): Float32Array {
    const [own, vectors] = [Float64Array.from(this.vectorsOf(Uint32Array.of(item))), this.vectorsOf(others)];
    return Float32Array.from(others, (other, at) => {
      const product = dot(own, vectors, at * own.length);
      return Math.max(0, product / (this.norms[item]! * this.norms[other]! || 1));
    });
  }

  close(): void {
    this.parts.rows.close();
  }

  /** Lengths of the factors; computed on first use. */
  private get norms(): Float32Array {
    this.knownNorms ??= this.lengths();
    return this.knownNorms;
  }
  private knownNorms?: Float32Array;

  private lengths(): Float32Array {
    const lengths = new Float32Array(this.items.length);
    const d = this.parts.rows.columns;
    this.eachFactor((item, codes, from) => {
      let squared = 0;
      for (let f = from; f < from + d; f++) squared += codes[f]! * codes[f]!;
      lengths[item] = Math.sqrt(squared) * this.parts.scales[item]!;
    });
    return lengths;
  }

  /** Reads the whole matrix in chunks. */
  private eachFactor(take: (item: number, codes: Int16Array, from: number) => void): void {
    const { rows } = this.parts;
    for (let first = 0; first < this.items.length; first += ROWS_PER_READ) {
      const count = Math.min(ROWS_PER_READ, this.items.length - first);
      const codes = rows.read(first, count);
      for (let at = 0; at < count; at++) take(first + at, codes, at * rows.columns);
    }
  }

  private foldIn({ items, weights }: WeightedHistory, vectors = this.vectorsOf(items)): Float64Array {
    const touched = Uint32Array.from(items.keys());
    const { gram, unobservedWeight, info } = this.parts;
    const penalty = info.regularisation * (items.length + unobservedWeight * this.items.length);
    return this.solver.fold(touched, vectors, gram, { unobservedWeight, penalty, weights });
  }

  private products(factor: Float64Array): Float32Array {
    const products = new Float32Array(this.items.length);
    this.eachFactor((item, codes, from) => (products[item] = this.parts.scales[item]! * dot(factor, codes, from)));
    return products;
  }

  private vectorsOf(items: Uint32Array): Float32Array {
    const { rows, scales } = this.parts;
    const vectors = new Float32Array(items.length * rows.columns);
    items.forEach((item, at) => {
      const scale = scales[item]!;
      rows.read(item).forEach((code, f) => (vectors[at * rows.columns + f] = code * scale));
    });
    return vectors;
  }
}

function dot(a: Float64Array, b: ArrayLike<number>, from: number): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[from + at]!;
  return sum;
}
