import type { LinearWeights } from '@llmos/learning';

/**
 * A linear head on radial features of an embedding: feature = exp(-sharpness · (1 - cosine to a centroid)),
 * logits = (Σ feature · weights) / temperature.
 */
export interface RadialWeights {
  /** Length of a sentence embedding. */
  readonly dimensions: number;
  /** Unit vectors, end to end: the cluster centres of the training questions. */
  readonly centroids: Float32Array;
  readonly sharpness: number;
  /** `weights[centroid * classes + class]`. */
  readonly weights: Float32Array;
  readonly temperature: number;
}

/** Maps the similarity to the training questions to an out-of-scope score; see `outOfScopeScore`. */
export interface ScopeScale {
  /** Similarity below which a question counts as out of scope. */
  readonly threshold: number;
  /** Similarity units per unit of log-odds. */
  readonly scale: number;
}

/** All weights of the classifier, dequantised. */
export interface HeadWeights {
  readonly labels: readonly string[];
  /** The head on sentence embeddings. */
  readonly radial: RadialWeights;
  /** The head on word n-grams, with the n-grams in feature order and their idf. */
  readonly lexical: LinearWeights & { readonly vocabulary: readonly string[]; readonly idf: Float32Array };
  /** Weight of the lexical log-probabilities beside the embedding's, whose weight is 1. */
  readonly mix: number;
  /** Divides the mixed log-probabilities; fitted on predictions for questions held out from training. */
  readonly temperature: number;
  readonly scope: ScopeScale;
}
