import type { ColdItems } from './cold-items.js';
import type { ItemModel, WeightedHistory } from './item-model.js';

/** An item of a history, and how much it counts. */
export interface HistoryItem {
  readonly item: string;
  /** 1 where nothing is said. */
  readonly weight?: number;
}

/** A history in the model's numbers, and which of the history's items each number came from. */
export interface ResolvedHistory extends WeightedHistory {
  readonly sources: readonly string[];
}

/** The items that can be recommended, known ones first and then cold ones, each at a place. */
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

  /** Places in all. */
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

  /** How alike each place is to the item, 0 … 1; nothing where nothing is known of it. */
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

  /** A known item to ask the model about instead of a place: itself, or the nearest of a cold one. */
  standInFor(place: number): number {
    return place < this.known ? place : this.cold!.neighbours[place - this.known]!.items[0]!;
  }

  /** Touched by as few as the lowest quarter of the items, or by nobody. */
  isLittleKnown(place: number): boolean {
    return place >= this.known || this.model.counts[place]! <= this.littleKnownUpTo;
  }

  /** The newest `limit` items; a cold one as a few of its neighbours, one nobody knows not at all. */
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
