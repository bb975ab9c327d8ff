import { serveWorker } from '@llmos/models';
import { trainFewShot, type LabelledVector } from '../classification/few-shot-classifier.js';

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

serveWorker(() => ({
  teach: ({ examples, labelVectors }: Lesson): Learnt => {
    const { classifier, accuracy } = trainFewShot(examples, { labelVectors });
    return { classifier: classifier.serialise(), accuracy };
  },
}));
