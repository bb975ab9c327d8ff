import type { HeadWeights, ScopeScale } from './head-weights.js';
import { lexicalVector } from './lexical-features.js';

/** What the head says about one question. */
export interface HeadVerdict {
  /** Calibrated, one per label, in label order; they sum to 1. */
  readonly probabilities: Float64Array;
  /** Mean cosine to the nearest centroids, -1 to 1; high for questions like those trained on. */
  readonly similarity: number;
  /** 0 (surely in scope) to 1 (surely not); above 0.5 a question counts as out of scope. */
  readonly outOfScopeScore: number;
}

/** Similarity is the mean over this many nearest centroids: steadier than the nearest alone. */
const NEAREST = 3;

/** Classifies one embedded question in well under a millisecond: two small linear models and a table of centroids. */
export class IntentHead {
  private readonly vocabulary: ReadonlyMap<string, number>;

  constructor(private readonly weights: HeadWeights) {
    this.vocabulary = new Map(weights.lexical.vocabulary.map((gram, feature) => [gram, feature]));
  }

  get labels(): readonly string[] {
    return this.weights.labels;
  }

  get dimensions(): number {
    return this.weights.dimensions;
  }

  /** `embedding` is L2-normalised and of the head's `dimensions`; `text` is normalised (see `normaliseQuestion`). */
  classify(embedding: Float32Array, text: string): HeadVerdict {
    const probabilities = mixedLogProbabilities(
      this.embeddingLogProbabilities(embedding),
      this.lexicalLogProbabilities(text),
      this.weights.mix,
    ).map((value) => value / this.weights.temperature);
    const similarity = nearestSimilarity(embedding, this.weights.centroids);
    return { probabilities: softmax(probabilities), similarity, outOfScopeScore: outOfScopeScore(similarity, this.weights.scope) };
  }

  embeddingLogProbabilities(embedding: Float32Array): Float64Array {
    const { weights, bias } = this.weights.embedding;
    const logits = Float64Array.from(bias);
    embedding.forEach((value, feature) => addScaled(logits, weights, feature, value));
    return logSoftmax(logits);
  }

  lexicalLogProbabilities(text: string): Float64Array {
    const { weights, bias, idf } = this.weights.lexical;
    const { indexes, values } = lexicalVector(text, this.vocabulary, idf);
    const logits = Float64Array.from(bias);
    indexes.forEach((feature, at) => addScaled(logits, weights, feature, values[at] ?? 0));
    return logSoftmax(logits);
  }
}

/** log p ∝ log p_embedding + mix · log p_lexical, not yet normalised: a logarithmic opinion pool. */
export function mixedLogProbabilities(embedding: Float64Array, lexical: Float64Array, mix: number): Float64Array {
  return embedding.map((value, label) => value + mix * (lexical[label] ?? 0));
}

/** A logistic curve through 0.5 at the threshold: monotone, so the score ranks questions as similarity does. */
export function outOfScopeScore(similarity: number, { threshold, scale }: ScopeScale): number {
  return 1 / (1 + Math.exp((similarity - threshold) / scale));
}

/** Mean cosine of a unit vector to its nearest centroids (unit vectors, end to end). */
export function nearestSimilarity(embedding: Float32Array, centroids: Float32Array): number {
  const dimensions = embedding.length;
  const best = new Float64Array(NEAREST).fill(-1);
  for (let from = 0; from < centroids.length; from += dimensions) {
    let dot = 0;
    for (let d = 0; d < dimensions; d++) dot += embedding[d]! * centroids[from + d]!;
    insertDescending(best, dot);
  }
  return best.reduce((sum, value) => sum + value, 0) / NEAREST;
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
