/**
 * One multinomial logistic regression: logits = bias + Σ feature · weights.
 * `weights` is feature-major: `weights[feature * classes + class]`.
 */
export interface LinearWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Turns similarity to what was trained on into an out-of-scope score; see `outOfScopeScore`. */
export interface ScopeScale {
  /** Similarity below which a question counts as out of scope. */
  readonly threshold: number;
  /** Similarity units per unit of log-odds. */
  readonly scale: number;
}

/** Everything the classifier knows, ready to compute with. */
export interface HeadWeights {
  readonly labels: readonly string[];
  /** Length of a sentence embedding. */
  readonly dimensions: number;
  /** The head on embeddings. */
  readonly embedding: LinearWeights;
  /** The head on word n-grams, with the n-grams in feature order and their idf. */
  readonly lexical: LinearWeights & { readonly vocabulary: readonly string[]; readonly idf: Float32Array };
  /** Weight of the lexical log-probabilities beside the embedding's, whose weight is 1. */
  readonly mix: number;
  /** Divides the mixed log-probabilities; fitted on predictions for questions held out from training. */
  readonly temperature: number;
  /** Unit vectors, end to end, around which the training questions lie. */
  readonly centroids: Float32Array;
  readonly scope: ScopeScale;
}
