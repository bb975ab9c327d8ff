import { runCooperatively } from '../training/cooperative.js';
import type { ItemModel } from './item-model.js';
import { topItems } from './top-items.js';

/** The known items nearest to an item by text, nearest first. */
export interface Neighbours {
  readonly items: Uint32Array;
  /** Sum 1. */
  readonly weights: Float32Array;
}

/**
 * In experiments, many neighbours with weights that decrease steeply found more than few neighbours. A dense linear
 * map found another 4 % at 40 times the cost.
 */
const MAX_NEIGHBOURS = 200;
const SHARPNESS = 6;
/** Texts with a lower cosine count as unrelated. */
const MIN_COSINE = 0.2;
const MAX_STAND_INS = 3;

/**
 * Cold items: items without interactions, which are recommended by their text. Such an item scores like the known
 * items nearest to it (cosine of the embeddings). It is computed again when the model or the items change.
 */
export class ColdItems {
  private readonly places = new Map<string, number>();

  private constructor(
    readonly items: readonly string[],
    readonly neighbours: readonly Neighbours[],
  ) {
    items.forEach((item, place) => this.places.set(item, place));
  }

  /**
   * Finds the neighbours of each item that the model does not know.
   *
   * @param embeddings the L2-normalised vectors of known and unknown items
   */
  static async find(
    model: ItemModel,
    embeddings: ReadonlyMap<string, Float32Array>,
    signal?: AbortSignal,
  ): Promise<ColdItems> {
    const found = await runCooperatively(neighboursInSteps(model, embeddings), signal);
    return new ColdItems([...found.keys()], [...found.values()]);
  }

  /** A few known items that replace a cold item in a history. */
  standInsFor(item: string): Neighbours | undefined {
    const near = this.neighbours[this.places.get(item) ?? -1];
    if (!near) return undefined;
    const weights = near.weights.slice(0, MAX_STAND_INS);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { items: near.items.subarray(0, MAX_STAND_INS), weights: weights.map((weight) => weight / sum) };
  }

  /** The score of each cold item: the weighted mean of its neighbours' scores. */
  scores(known: Float32Array): Float32Array {
    return Float32Array.from(this.neighbours, ({ items, weights }) => {
      let sum = 0;
      for (let at = 0; at < items.length; at++) sum += weights[at]! * known[items[at]!]!;
      return sum;
    });
  }
}

function* neighboursInSteps(
  model: ItemModel,
  embeddings: ReadonlyMap<string, Float32Array>,
): Generator<void, Map<string, Neighbours>> {
  const known = new KnownVectors(model, embeddings);
  const found = new Map<string, Neighbours>();
  for (const [item, vector] of embeddings) {
    const neighbours = model.indexOf(item) === undefined ? known.nearest(vector) : undefined;
    if (neighbours) found.set(item, neighbours);
    yield;
  }
  return found;
}

class KnownVectors {
  private readonly numbers: Uint32Array;
  private readonly vectors: readonly Float32Array[];

  constructor(model: ItemModel, embeddings: ReadonlyMap<string, Float32Array>) {
    const numbers: number[] = [];
    const vectors: Float32Array[] = [];
    model.items.forEach((item, number) => {
      const vector = embeddings.get(item);
      if (!vector) return;
      numbers.push(number);
      vectors.push(vector);
    });
    this.numbers = Uint32Array.from(numbers);
    this.vectors = vectors;
  }

  nearest(vector: Float32Array): Neighbours | undefined {
    const cosines = Float32Array.from(this.vectors, (known) => dot(known, vector));
    const places = topItems(cosines, MAX_NEIGHBOURS, (place) => cosines[place]! >= MIN_COSINE);
    if (places.length === 0) return undefined;
    const powers = places.map((place) => cosines[place]! ** SHARPNESS);
    const sum = powers.reduce((total, power) => total + power, 0);
    return {
      items: Uint32Array.from(places, (place) => this.numbers[place]!),
      weights: Float32Array.from(powers, (power) => power / sum),
    };
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
