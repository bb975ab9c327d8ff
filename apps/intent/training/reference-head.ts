import { selectRows, type Questions, type TrainingSet } from './dataset.ts';
import { asStored, scoreHeldOut } from './evaluation.ts';
import { trainHead } from './trainer.ts';

const ROWS_PER_CLASS = 12;
const HELD_OUT_STRIDE = 53;

/**
 * Figures of a head trained on a small part of the questions. They are stored with the real head, so that a test can
 * train the small one again in seconds and detect a change of code, data or embedding model since the head was
 * trained.
 */
export interface ReferenceFigures {
  readonly rows: number;
  readonly ngrams: number;
  readonly mixTemperature: number;
  readonly radialTemperature: number;
  readonly threshold: number;
  readonly scale: number;
  readonly radialNorm: number;
  readonly lexicalNorm: number;
  /** Accuracy on other rows. */
  readonly accuracy: number;
}

/** The first rows of every class to train on, and some of the others to score on. */
export function referenceRows({ labels }: Pick<Questions, 'labels'>): { training: Set<number>; heldOut: Set<number> } {
  const seen = new Map<number, number>();
  const training = new Set<number>();
  const heldOut = new Set<number>();
  labels.forEach((label, row) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    if (count < ROWS_PER_CLASS) training.add(row);
    else if (row % HELD_OUT_STRIDE === 0) heldOut.add(row);
  });
  return { training, heldOut };
}

/** Trains on the reference rows of `set`; only those rows need vectors. */
export function trainReferenceHead(set: TrainingSet): ReferenceFigures {
  const { training, heldOut } = referenceRows(set);
  const part = selectRows(set, (row) => training.has(row));
  const { weights } = trainHead(part);
  const { accuracy } = scoreHeldOut(
    asStored(weights),
    selectRows(set, (row) => heldOut.has(row)),
  );
  return {
    rows: part.labels.length,
    ngrams: weights.lexical.vocabulary.length,
    mixTemperature: weights.temperature,
    radialTemperature: weights.radial.temperature,
    threshold: weights.scope.threshold,
    scale: weights.scope.scale,
    radialNorm: lengthOf(weights.radial.weights),
    lexicalNorm: lengthOf(weights.lexical.weights),
    accuracy,
  };
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
