import { lexicalVector } from '@llmos/learning';
import type { HeadWeights, ScopeScale } from './head-weights.js';

/** The head's classification of one question. */
export interface HeadVerdict {
  /** Calibrated, one per label, in label order; they sum to 1. */
  readonly probabilities: Float64Array;
  /** Mean cosine to the nearest centroids, -1 to 1; high for questions similar to the training questions. */
  readonly similarity: number;
  /** 0 (in scope) to 1 (out of scope); a question above 0.5 counts as out of scope. */
  readonly outOfScopeScore: number;
}

/** Similarity is the mean over this many nearest centroids, which is more stable than the nearest alone. */
const NEAREST = 3;

/** Classifies one embedded question in well under a millisecond: two small linear models, one on radial features. */
export class IntentHead {
  private readonly vocabulary: ReadonlyMap<string, number>;

  constructor(private readonly weights: HeadWeights) {
    this.vocabulary = new Map(weights.lexical.vocabulary.map((gram, feature) => [gram, feature]));
  }

  get labels(): readonly string[] {
    return this.weights.labels;
  }

  /** Length of the embeddings it takes. */
  get dimensions(): number {
    return this.weights.radial.dimensions;
  }

  /** `embedding` is L2-normalised and has the head's `dimensions`; `text` is normalised (see `normaliseQuestion`). */
  classify(embedding: Float32Array, text: string): HeadVerdict {
    const { radial, mix, temperature, scope } = this.weights;
    const cosines = cosinesTo(embedding, radial.centroids);
    const mixed = mixLogProbabilities(logSoftmax(this.radialLogits(cosines)), this.lexicalLogProbabilities(text), mix);
    const similarity = meanOfLargest(cosines, NEAREST);
    return {
      probabilities: softmax(mixed.map((value) => value / temperature)),
      similarity,
      outOfScopeScore: outOfScopeScore(similarity, scope),
    };
  }

  embeddingLogProbabilities(embedding: Float32Array): Float64Array {
    return logSoftmax(this.radialLogits(cosinesTo(embedding, this.weights.radial.centroids)));
  }

  /** Mean cosine to the nearest centroids. */
  similarity(embedding: Float32Array): number {
    return meanOfLargest(cosinesTo(embedding, this.weights.radial.centroids), NEAREST);
  }

  lexicalLogProbabilities(text: string): Float64Array {
    const { weights, bias, idf } = this.weights.lexical;
    const { indexes, values } = lexicalVector(text, this.vocabulary, idf);
    const logits = Float64Array.from(bias);
    indexes.forEach((feature, at) => addScaled(logits, weights, feature, values[at] ?? 0));
    return logSoftmax(logits);
  }

  private radialLogits(cosines: Float64Array): Float64Array {
    const { sharpness, weights, temperature } = this.weights.radial;
    const logits = new Float64Array(this.labels.length);
    cosines.forEach((cosine, centroid) =>
      addScaled(logits, weights, centroid, Math.exp(-sharpness * (1 - cosine)) / temperature),
    );
    return logits;
  }
}

/** log p_embedding + mix · log p_lexical, not yet normalised: a logarithmic opinion pool. */
export function mixLogProbabilities(embedding: Float64Array, lexical: Float64Array, mix: number): Float64Array {
  return embedding.map((value, label) => value + mix * (lexical[label] ?? 0));
}

/** A logistic curve through 0.5 at the threshold: monotone, so the score ranks questions as similarity does. */
export function outOfScopeScore(similarity: number, { threshold, scale }: ScopeScale): number {
  return 1 / (1 + Math.exp((similarity - threshold) / scale));
}

/** Dot products with unit vectors that lie end to end. */
function cosinesTo(embedding: Float32Array, centroids: Float32Array): Float64Array {
  const cosines = new Float64Array(centroids.length / embedding.length);
  for (let at = 0, from = 0; at < cosines.length; at++) {
    // Two independent sums let the processor overlap the additions.
    let [even, odd] = [0, 0];
    for (let d = 0; d < embedding.length; d += 2, from += 2) {
      even += embedding[d]! * centroids[from]!;
      odd += embedding[d + 1]! * centroids[from + 1]!;
    }
    cosines[at] = even + odd;
  }
  return cosines;
}

function meanOfLargest(values: Float64Array, count: number): number {
  const best = new Float64Array(count).fill(-1);
  for (const value of values) insertDescending(best, value);
  return best.reduce((sum, value) => sum + value, 0) / count;
}

export function logSoftmax(logits: Float64Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0)) + top;
  return logits.map((logit) => logit - total);
}

export function softmax(logits: Float64Array): Float64Array {
  return logSoftmax(logits).map(Math.exp);
}

function addScaled(logits: Float64Array, weights: Float32Array, feature: number, value: number): void {
  const from = feature * logits.length;
  for (let label = 0; label < logits.length; label++) logits[label]! += value * weights[from + label]!;
}

function insertDescending(best: Float64Array, value: number): void {
  if (value <= best[best.length - 1]!) return;
  let at = best.length - 1;
  for (; at > 0 && best[at - 1]! < value; at--) best[at] = best[at - 1]!;
  best[at] = value;
}
