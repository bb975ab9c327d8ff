import type { FewShotClassifier, LabelledVector } from '../classifiers/few-shot-classifier.js';

/** Trains a classifier on examples. */
export interface FewShotTrainer {
  /** @throws LlmosError INVALID_ARGUMENT with too few labels or examples; the signal's reason. */
  train(
    examples: readonly LabelledVector[],
    labelVectors: ReadonlyMap<string, Float32Array>,
    signal?: AbortSignal,
  ): Promise<{ readonly classifier: FewShotClassifier; readonly accuracy: number }>;

  /**
   * Trains on `examples` and scores the `unseen` vectors: one row per vector, one score per label, labels sorted.
   * Rejects with the signal's reason.
   */
  scoreUnseen(
    examples: readonly LabelledVector[],
    unseen: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]>;
}
