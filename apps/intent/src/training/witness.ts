import { asStored, scoreHeldOut } from './evaluation.js';
import { selectRows, type Questions, type TrainingSet } from './dataset.js';
import { trainHead } from './trainer.js';

const ROWS_PER_CLASS = 12;
const PROBE_STRIDE = 53;

/**
 * Figures of a head trained on a small part of the questions. They are stored with the real head, so that a test can
 * train the small one again in seconds and notice when code, data or embedding model no longer are those the head
 * came from.
 */
export interface Witness {
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

/** The first rows of every class (what is trained on), and some of the others (what it is tried on). */
export function witnessRows({ labels }: Pick<Questions, 'labels'>): { training: Set<number>; probes: Set<number> } {
  const seen = new Map<number, number>();
  const training = new Set<number>();
  const probes = new Set<number>();
  labels.forEach((label, row) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    if (count < ROWS_PER_CLASS) training.add(row);
    else if (row % PROBE_STRIDE === 0) probes.add(row);
  });
  return { training, probes };
}

/** Trains on the witness rows of `set`; only those rows and the probes need vectors. */
export function trainWitness(set: TrainingSet): Witness {
  const { training, probes } = witnessRows(set);
  const part = selectRows(set, (row) => training.has(row));
  const { weights } = trainHead(part);
  const { accuracy } = scoreHeldOut(
    asStored(weights),
    selectRows(set, (row) => probes.has(row)),
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
