import type { ItemModel, ModelInfo, WeightedHistory } from './item-model.js';
import type { RowReader } from './row-reader.js';

/** The parts that models of both algorithms have. */
export interface ModelParts {
  readonly info: ModelInfo;
  readonly items: readonly string[];
  readonly counts: Uint32Array;
  readonly scales: Float32Array;
  readonly rows: RowReader;
}

/** EASE^R: the scores are the sum of the rows of B of the items in the history. */
export class EaseModel implements ItemModel {
  readonly info: ModelInfo;
  readonly items: readonly string[];
  readonly counts: Uint32Array;
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(private readonly parts: ModelParts) {
    ({ info: this.info, items: this.items, counts: this.counts } = parts);
    this.numbers = new Map(parts.items.map((item, number) => [item, number]));
  }

  indexOf(item: string): number | undefined {
    return this.numbers.get(item);
  }

  scores({ items, weights }: WeightedHistory): Float32Array {
    const { rows, scales } = this.parts;
    const scores = new Float32Array(this.items.length);
    for (let at = 0; at < items.length; at++)
      addScaled(scores, rows.read(items[at]!), scales[items[at]!]! * weights[at]!);
    return scores;
  }

  contributions({ items, weights }: WeightedHistory, wanted: readonly number[]): Float32Array {
    const shares = new Float32Array(wanted.length * items.length);
    for (let at = 0; at < items.length; at++) {
      const row = this.parts.rows.read(items[at]!);
      const scale = this.parts.scales[items[at]!]! * weights[at]!;
      for (let place = 0; place < wanted.length; place++)
        shares[place * items.length + at] = row[wanted[place]!]! * scale;
    }
    return shares;
  }

  similarities(item: number): Float32Array {
    const row = this.parts.rows.read(item);
    let largest = 1;
    for (let at = 0; at < row.length; at++) if (row[at]! > largest) largest = row[at]!;
    const similarities = new Float32Array(row.length);
    for (let at = 0; at < row.length; at++) if (row[at]! > 0) similarities[at] = row[at]! / largest;
    return similarities;
  }

  similaritiesAmong(item: number, others: Uint32Array): Float32Array {
    const all = this.similarities(item);
    return Float32Array.from(others, (other) => all[other]!);
  }

  close(): void {
    this.parts.rows.close();
  }
}

function addScaled(sum: Float32Array, row: Int16Array, scale: number): void {
  for (let at = 0; at < sum.length; at++) sum[at]! += row[at]! * scale;
}
