import { areaUnderRoc, calibrationErrorOf, fitLogisticRegression, quantileOf } from '@llmos/learning';
import { calibratedScale } from '../../classification/classification.js';
import type { SentimentHeadFile } from '../sentiment-head.js';

/** Vectors with their class, 0 or 1. */
export interface LabelledVectors {
  readonly vectors: readonly Float32Array[];
  readonly labels: readonly number[];
}

export interface SentimentData {
  /** 1 is positive. */
  readonly polar: LabelledVectors;
  /** Sentences held out of the fit: they set the scale. */
  readonly polarHeldOut: LabelledVectors;
  /** 1 is neutral. */
  readonly neutral: LabelledVectors;
  /** Likewise; one in twenty of its sentences with a feeling may come out neutral. */
  readonly neutralHeldOut: LabelledVectors;
}

export type SentimentWeights = Pick<SentimentHeadFile, 'polarity' | 'neutral'>;
type Linear = SentimentWeights['polarity'];

/** Feeling sentences that may be called neutral. */
const FALSE_NEUTRALS = 0.05;
const FIT = { inversePenalty: 10, maxIterations: 100, gradientTolerance: 1e-5 };

/** Fits both halves of the head; nothing in it is random. */
export function trainSentiment({ polar, polarHeldOut, neutral, neutralHeldOut }: SentimentData): SentimentWeights {
  const polarity = calibrated(fit(polar), polarHeldOut);
  const plain = calibrated(fit(neutral), neutralHeldOut);
  const ofFeeling = neutralHeldOut.vectors.filter((_, at) => neutralHeldOut.labels[at] === 0);
  const plainest = quantileOf(
    ofFeeling.map((vector) => logitOf(plain, vector)),
    1 - FALSE_NEUTRALS,
  );
  return { polarity: rounded(polarity), neutral: rounded({ ...plain, bias: plain.bias - plainest }) };
}

/** How often the likelier of two classes is right, how far its probability is off, and the ranking's quality. */
export function scoreLinear(linear: Linear, { vectors, labels }: LabelledVectors) {
  const chances = vectors.map((vector) => chanceOf(linear, vector));
  const right = chances.filter((chance, at) => Number(chance >= 0.5) === labels[at]).length;
  const pairs = chances.map((chance) => Float64Array.of(1 - chance, chance));
  const of = (label: number) => chances.filter((_, at) => labels[at] === label);
  return {
    n: labels.length,
    accuracy: right / labels.length,
    ece: calibrationErrorOf(pairs, Int32Array.from(labels)),
    auroc: areaUnderRoc(of(1), of(0)),
  };
}

function fit({ vectors, labels }: LabelledVectors): Linear {
  const features = vectors[0]?.length ?? 0;
  const indexes = Int32Array.from({ length: features }, (_, at) => at);
  const rows = vectors.map((vector) => ({ indexes, values: Float64Array.from(vector) }));
  const { weights, bias } = fitLogisticRegression({ rows, labels: Int32Array.from(labels), features, classes: 2 }, FIT);
  const difference = (values: Float32Array, at: number) => (values[2 * at + 1] ?? 0) - (values[2 * at] ?? 0);
  return { weights: Array.from(vectors[0] ?? [], (_, at) => difference(weights, at)), bias: difference(bias, 0) };
}

/** Held-out sentences say how sure the fit may be: those it was fitted on make it too sure. */
function calibrated({ weights, bias }: Linear, { vectors, labels }: LabelledVectors): Linear {
  const logits = vectors.map((vector) => Float64Array.of(0, logitOf({ weights, bias }, vector)));
  const scale = calibratedScale(logits, labels);
  return { weights: weights.map((weight) => weight * scale), bias: bias * scale };
}

function logitOf({ weights, bias }: Linear, vector: Float32Array): number {
  return weights.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias);
}

function chanceOf(linear: Linear, vector: Float32Array): number {
  return 1 / (1 + Math.exp(-logitOf(linear, vector)));
}

/** Five digits are plenty, and make the file the same on machines that round the last bit otherwise. */
function rounded({ weights, bias }: Linear): Linear {
  return { weights: weights.map((weight) => Number(weight.toFixed(5))), bias: Number(bias.toFixed(5)) };
}
