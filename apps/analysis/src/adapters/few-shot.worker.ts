import { serveWorker } from '@llmos/models';
import { scoresOfUnseen, trainFewShot, type LabelledVector } from '../classification/few-shot-classifier.js';

/** What the teacher asks its worker for. */
export interface Lesson {
  readonly examples: readonly LabelledVector[];
  readonly labelVectors: ReadonlyMap<string, Float32Array>;
}

/** What was learnt, as {@link FewShotClassifier.parse} reads it. */
export interface Learnt {
  readonly classifier: Uint8Array;
  readonly accuracy: number;
}

/** Examples, and vectors to be judged by what they teach. */
export interface Trial {
  readonly examples: readonly LabelledVector[];
  readonly unseen: readonly Float32Array[];
}

serveWorker(() => ({
  teach: ({ examples, labelVectors }: Lesson): Learnt => {
    const { classifier, accuracy } = trainFewShot(examples, { labelVectors });
    return { classifier: classifier.serialise(), accuracy };
  },
  tryOut: ({ examples, unseen }: Trial): Float64Array[] => scoresOfUnseen(examples, unseen),
}));
