import type { ColdItems } from './cold-items.js';
import type { ItemModel, WeightedHistory } from './item-model.js';

export interface HistoryItem {
  readonly item: string;
  /** Default: 1. */
  readonly weight?: number;
}

/** A history in the model's item numbers. */
export interface ResolvedHistory extends WeightedHistory {
  /** The item of the original history that each number stands for. */
  readonly sources: readonly string[];
}

/**
 * All items that can be recommended. The known items of the model have the first places, followed by the cold items.
 */
export class ItemIndex {
  private readonly known: number;
  private readonly littleKnownUpTo: number;

  constructor(
    readonly model: ItemModel,
    private readonly cold?: ColdItems,
  ) {
    this.known = model.items.length;
    this.littleKnownUpTo = lowestQuarter(model.counts);
  }

  get size(): number {
    return this.known + (this.cold?.items.length ?? 0);
  }

  nameOf(place: number): string {
    return (place < this.known ? this.model.items[place] : this.cold?.items[place - this.known])!;
  }

  /** Scores by place. */
  scores(history: WeightedHistory): Float32Array {
    return this.withCold(this.model.scores(history));
  }

  /** The similarity of each place to the item, 0 … 1; undefined for an unknown item. */
  similaritiesTo(item: string): Float32Array | undefined {
    const number = this.model.indexOf(item);
    if (number !== undefined) return this.withCold(this.model.similarities(number));
    const near = this.cold?.standInsFor(item);
    if (!near) return undefined;
    const sum = new Float32Array(this.known);
    near.items.forEach((neighbour, at) => {
      this.model.similarities(neighbour).forEach((value, place) => (sum[place]! += near.weights[at]! * value));
      sum[neighbour]! += near.weights[at]!;
    });
    return this.withCold(sum);
  }

  /** The number of a known item for a place: the item itself, or the nearest one of a cold item. */
  standInFor(place: number): number {
    return place < this.known ? place : this.cold!.neighbours[place - this.known]!.items[0]!;
  }

  /** Whether the item is cold, or in the lowest quarter by number of users. */
  isLittleKnown(place: number): boolean {
    return place >= this.known || this.model.counts[place]! <= this.littleKnownUpTo;
  }

  /** The newest `limit` items. A cold item is replaced by a few of its neighbours; an unknown item is dropped. */
  resolve(history: readonly HistoryItem[], limit: number): ResolvedHistory {
    const newest = new Map(history.slice(-limit).map((entry) => [entry.item, entry]));
    const items: number[] = [];
    const weights: number[] = [];
    const sources: string[] = [];
    const add = (number: number, weight: number, source: string) => {
      items.push(number);
      weights.push(weight);
      sources.push(source);
    };
    for (const { item, weight = 1 } of newest.values()) {
      const number = this.model.indexOf(item);
      if (number !== undefined) add(number, weight, item);
      const near = number === undefined ? this.cold?.standInsFor(item) : undefined;
      near?.items.forEach((other, at) => add(other, weight * near.weights[at]!, item));
    }
    return { items: Uint32Array.from(items), weights: Float32Array.from(weights), sources };
  }

  private withCold(known: Float32Array): Float32Array {
    if (!this.cold?.items.length) return known;
    const all = new Float32Array(this.known + this.cold.items.length);
    all.set(known);
    all.set(this.cold.scores(known), this.known);
    return all;
  }
}

function lowestQuarter(counts: Uint32Array): number {
  const sorted = counts.slice().sort();
  return sorted[Math.floor(sorted.length / 4)] ?? 0;
}
