import { BUCKETS } from './word-features.js';
import { TAGS } from './tags.js';
import type { ChainWeights } from './tag-lattice.js';

/** The weights of the entity head. */
export interface EntityWeights extends ChainWeights {
  /** Length of a word state: 384 for MiniLM. */
  readonly dimensions: number;
  /** `dense[dimension * TAGS + tag]`. */
  readonly dense: Float32Array;
  /** `lexical[bucket * TAGS + tag]`. */
  readonly lexical: Float32Array;
}

/** A sentence as the head's input. */
export interface WordRows {
  /** One row of length `dimensions` per word. */
  readonly states: Float32Array;
  readonly features: readonly Int32Array[];
}

export function emptyWeights(dimensions: number): EntityWeights {
  return {
    dimensions,
    dense: new Float32Array(dimensions * TAGS),
    lexical: new Float32Array(BUCKETS * TAGS),
    transitions: new Float32Array(TAGS * TAGS),
    start: new Float32Array(TAGS),
  };
}

/** The scores of all tags for all words, without transitions: `scores[word * TAGS + tag]`. */
export function scoreWords({ states, features }: WordRows, weights: EntityWeights, featureValue = 1): Float64Array {
  const { dimensions, dense, lexical } = weights;
  const scores = new Float64Array(features.length * TAGS);
  features.forEach((buckets, word) => {
    const row = scores.subarray(word * TAGS, (word + 1) * TAGS);
    for (let d = 0; d < dimensions; d++) addRow(row, dense, d, states[word * dimensions + d]!);
    for (const bucket of buckets) addRow(row, lexical, bucket, featureValue);
  });
  return scores;
}

function addRow(row: Float64Array, weights: Float32Array, feature: number, value: number): void {
  for (let tag = 0; tag < TAGS; tag++) row[tag]! += value * weights[feature * TAGS + tag]!;
}
