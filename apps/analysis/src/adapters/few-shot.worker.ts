import { serveWorker } from '@llmos/models/worker';
import { scoresOfUnseen, trainFewShot, type LabelledVector } from '../classifiers/few-shot-classifier.js';

/** Input of `train`. */
export interface TrainingJob {
  readonly examples: readonly LabelledVector[];
  readonly labelVectors: ReadonlyMap<string, Float32Array>;
}

export interface TrainingResult {
  /** The serialised classifier, see {@link FewShotClassifier.parse}. */
  readonly classifier: string;
  readonly accuracy: number;
}

/** Input of `scoreUnseen`. */
export interface ScoringJob {
  readonly examples: readonly LabelledVector[];
  readonly unseen: readonly Float32Array[];
}

serveWorker(() => ({
  train: ({ examples, labelVectors }: TrainingJob): TrainingResult => {
    const { classifier, accuracy } = trainFewShot(examples, { labelVectors });
    return { classifier: classifier.serialise(), accuracy };
  },
  scoreUnseen: ({ examples, unseen }: ScoringJob): Float64Array[] => scoresOfUnseen(examples, unseen),
}));
