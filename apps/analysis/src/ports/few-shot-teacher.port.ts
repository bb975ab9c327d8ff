import type { FewShotClassifier, LabelledVector } from '../classification/few-shot-classifier.js';

/** Learns a classifier from examples; the real one does it in a thread of its own. */
export interface FewShotTeacher {
  /** @throws LlmosError INVALID_ARGUMENT with too few labels or examples; the signal's reason. */
  teach(
    examples: readonly LabelledVector[],
    labelVectors: ReadonlyMap<string, Float32Array>,
    signal?: AbortSignal,
  ): Promise<{ readonly classifier: FewShotClassifier; readonly accuracy: number }>;

  /** How vectors score, a row each with the labels sorted, by what the examples teach. Rejects with the signal's reason. */
  tryOut(
    examples: readonly LabelledVector[],
    unseen: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]>;
}
