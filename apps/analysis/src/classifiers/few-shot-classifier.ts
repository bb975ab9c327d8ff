import { LlmosError } from '@llmos/contracts';
import { accuracyOf, dequantiseRows, quantiseRows, type Matrix, type Quantised } from '@llmos/learning';
import { z } from 'zod';
import { updateOf, type StoredUpdate } from '../tuning/update-layout.js';
import { calibratedScale, classificationOf, type Classification } from './classification.js';
import { Landmarks } from './landmarks.js';
import { fitRidge, scoresOf, type RidgeFit, type RidgeProblem } from './ridge.js';

/** One example: its label and the L2-normalised vector of its text. */
export interface LabelledVector {
  readonly label: string;
  readonly vector: Float32Array;
}

export interface FewShotOptions {
  /** Vectors of the label names; each counts as one more example of its label. */
  readonly labelVectors?: ReadonlyMap<string, Float32Array>;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainedClassifier {
  readonly classifier: FewShotClassifier;
  /** Leave-one-out accuracy on the examples. */
  readonly accuracy: number;
  readonly seconds: number;
}

const MIN_EXAMPLES = 8;
const PENALTIES = [0.1, 0.3, 1, 3];
/** Leave-one-out scores are computed for at most this many examples; more would hardly change the chosen penalty. */
const MAX_LEFT_OUT = 1_000;
/** With 600 landmarks a stored classifier of 100 labels takes less than 700 kB. */
const MAX_LANDMARKS = 600;

/**
 * Trains a classifier on a few examples per label: ridge regression on the vectors and on their similarity to up to
 * 600 of the examples. Leave-one-out scores choose the penalty and calibrate the confidences. Deterministic.
 *
 * @throws LlmosError INVALID_ARGUMENT with fewer than 2 labels or fewer than 8 examples of one; the signal's reason.
 */
export function trainFewShot(examples: readonly LabelledVector[], options: FewShotOptions = {}): TrainedClassifier {
  const begun = performance.now();
  checkLabels(examples);
  const labels = labelsOf(examples);
  const extra = labels.flatMap((label) => {
    const vector = options.labelVectors?.get(label);
    return vector ? [{ label, vector }] : [];
  });
  const tried = evenly(examples, MAX_LEFT_OUT);
  const landmarks = landmarksOf(examples);
  const problem = problemOf([...tried, ...extra], labels, landmarks, tried.length);
  const { penalty, fit } = bestFit(problem, options.signal);
  const whole = () => fitRidge(problemOf([...examples, ...extra], labels, landmarks, 0), penalty);
  const { weights } = tried.length === examples.length ? fit : whole();
  const targets = problem.targets.subarray(0, tried.length);
  const classifier = new FewShotClassifier({
    labels,
    landmarks,
    weights,
    scale: calibratedScale(fit.leftOut, targets),
  });
  return { classifier, accuracy: accuracyOf(fit.leftOut, targets), seconds: (performance.now() - begun) / 1_000 };
}

/** Uncalibrated scores: one row per vector, columns in the order of {@link labelsOf}. */
export function scoresOfUnseen(examples: readonly LabelledVector[], unseen: readonly Float32Array[]): Float64Array[] {
  const landmarks = landmarksOf(examples);
  const { fit } = bestFit(problemOf(examples, labelsOf(examples), landmarks, examples.length));
  return unseen.map((vector) => scoresOf(landmarks.featuresOf(vector), fit.weights));
}

/** Each label once, sorted. */
export function labelsOf(examples: readonly { readonly label: string }[]): string[] {
  return [...new Set(examples.map(({ label }) => label))].sort();
}

function landmarksOf(examples: readonly LabelledVector[]): Landmarks {
  return Landmarks.of(evenly(byLabel(examples), MAX_LANDMARKS).map(({ vector }) => vector));
}

const rounded = z.object({ codes: z.base64(), scales: z.base64() });

const headFields = {
  labels: z.array(z.string().min(1)).min(2).max(1_000),
  dimensions: z.number().int().positive().max(10_000),
  scale: z.number().positive(),
  /** Int8 codes and float32 scales of the landmarks, int16 codes and float32 scales of the weights: base64. */
  landmarks: rounded,
  weights: rounded,
};
/**
 * A classifier with an update has its own format: a version that does not know updates must reject it instead of using
 * it with vectors of the frozen encoder.
 */
const storedSchema = z.discriminatedUnion('format', [
  z.object({ format: z.literal('llmos-few-shot/1'), ...headFields }),
  z.object({ format: z.literal('llmos-few-shot/2'), ...headFields, update: rounded }),
]);

interface ClassifierParts {
  readonly labels: readonly string[];
  readonly landmarks: Landmarks;
  readonly weights: Matrix;
  /** Scores times this are logits. */
  readonly scale: number;
  readonly update?: StoredUpdate | undefined;
}

/** Assigns texts to the labels of its training examples. */
export class FewShotClassifier {
  /** @throws LlmosError INVALID_ARGUMENT if the text is not the output of {@link serialise}. */
  static parse(text: string): FewShotClassifier {
    try {
      const stored = storedSchema.parse(JSON.parse(text));
      const scales = new Float32Array(bytesOf(stored.landmarks.scales));
      const landmarks = new Landmarks(new Int8Array(bytesOf(stored.landmarks.codes)), scales, stored.dimensions);
      const codes = new Int16Array(bytesOf(stored.weights.codes));
      const data = Float64Array.from(
        dequantiseRows({ codes, scales: new Float32Array(bytesOf(stored.weights.scales)) }),
      );
      const [rows, columns] = [landmarks.features, stored.labels.length];
      const fits = data.length === rows * columns && landmarks.codes.length === scales.length * stored.dimensions;
      if (!fits || !data.every(Number.isFinite) || !scales.every(Number.isFinite)) throw new RangeError('Wrong sizes.');
      const { labels, scale } = stored;
      const update = 'update' in stored ? readUpdate(stored.update) : undefined;
      return new FewShotClassifier({ labels, landmarks, weights: { rows, columns, data }, scale, update });
    } catch (cause) {
      throw new LlmosError('INVALID_ARGUMENT', 'The stored classifier cannot be read. Train it again.', { cause });
    }
  }

  readonly labels: readonly string[];
  /** The encoder update that the classifier was trained with; undefined for vectors of the shared encoder. */
  readonly update: Float32Array | undefined;

  constructor(private readonly parts: ClassifierParts) {
    this.labels = parts.labels;
    this.update = parts.update && updateOf(parts.update);
  }

  /** The same classifier for vectors of the encoder with this update, with the calibration measured on them. */
  withUpdate(update: StoredUpdate, scale: number): FewShotClassifier {
    return new FewShotClassifier({ ...this.parts, update, scale });
  }

  /** @throws LlmosError INVALID_ARGUMENT for a vector of another length, which comes from another encoder. */
  classify(vector: Float32Array): Classification {
    const { landmarks, weights, scale } = this.parts;
    const { dimensions } = landmarks;
    if (vector.length !== dimensions) {
      const message = `The classifier takes vectors of ${dimensions} numbers, not ${vector.length}. Train it again.`;
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'classifier' });
    }
    const scores = scoresOf(landmarks.featuresOf(vector), weights);
    const logits = scores.map((score) => scale * score);
    return classificationOf(this.labels, logits);
  }

  /** As JSON. */
  serialise(): string {
    const { labels, scale, landmarks, update } = this.parts;
    const weights = quantiseRows(Float32Array.from(this.parts.weights.data), this.parts.weights.columns, 16);
    const stored = {
      format: update ? 'llmos-few-shot/2' : 'llmos-few-shot/1',
      labels,
      dimensions: landmarks.dimensions,
      scale,
      landmarks: base64Of(landmarks),
      weights: base64Of(weights),
      ...(update ? { update: base64Of(update) } : {}),
    };
    return JSON.stringify(stored);
  }
}

function base64Of({ codes, scales }: Quantised): { codes: string; scales: string } {
  return { codes: base64(codes), scales: base64(scales) };
}

function readUpdate({ codes, scales }: z.infer<typeof rounded>): StoredUpdate {
  const update = { codes: new Int8Array(bytesOf(codes)), scales: new Float32Array(bytesOf(scales)) };
  if (!update.scales.every(Number.isFinite)) throw new RangeError('Wrong numbers.');
  return update;
}

function base64({ buffer, byteOffset, byteLength }: Int8Array | Int16Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** A copy, because typed arrays of wider numbers need an aligned start. */
function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}

function checkLabels(examples: readonly LabelledVector[]): void {
  const counts = new Map<string, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  const invalid = (message: string) => new LlmosError('INVALID_ARGUMENT', message, { field: 'examples' });
  if (counts.size < 2) throw invalid(`Examples of at least 2 labels are needed; there are ${counts.size}.`);
  for (const [label, count] of counts) {
    if (count < MIN_EXAMPLES)
      throw invalid(`The label '${label}' has ${count} examples; every label needs at least ${MIN_EXAMPLES}.`);
  }
}

function bestFit(problem: RidgeProblem, signal?: AbortSignal): { penalty: number; fit: RidgeFit } {
  const targets = problem.targets.subarray(0, problem.leaveOut);
  const fits = PENALTIES.map((penalty) => {
    signal?.throwIfAborted();
    const fit = fitRidge(problem, penalty);
    return { penalty, fit, right: accuracyOf(fit.leftOut, targets) };
  });
  return fits.reduce((best, fit) => (fit.right > best.right ? fit : best));
}

function problemOf(
  examples: readonly LabelledVector[],
  labels: readonly string[],
  landmarks: Landmarks,
  leaveOut: number,
): RidgeProblem {
  const rows = examples.map(({ vector }) => landmarks.featuresOf(vector));
  const classOf = new Map(labels.map((label, at) => [label, at]));
  const targets = Int32Array.from(examples, ({ label }) => classOf.get(label) ?? 0);
  return { rows, targets, classes: labels.length, leaveOut };
}

/** Sorted by label, so that an even selection is proportional to the labels. */
function byLabel(examples: readonly LabelledVector[]): readonly LabelledVector[] {
  return [...examples].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}

function evenly<T>(values: readonly T[], limit: number): readonly T[] {
  if (values.length <= limit) return values;
  return Array.from({ length: limit }, (_, at) => values[Math.floor((at * values.length) / limit)]!);
}
