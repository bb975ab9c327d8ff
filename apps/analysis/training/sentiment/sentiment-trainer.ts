import { areaUnderRoc, calibrationErrorOf, fitLogisticRegression, quantileOf } from '@llmos/learning';
import { calibratedScale } from '#src/classifiers/classification.js';
import type { LinearLogit, SentimentWeights } from '#src/sentiment/sentiment-head-file.js';
import { logitOf, sigmoid } from '#src/sentiment/sentiment-head.js';

/** Vectors with their class, 0 or 1. */
export interface LabelledVectors {
  readonly vectors: readonly Float32Array[];
  readonly labels: readonly number[];
}

export interface SentimentData {
  /** 1 is positive. */
  readonly polar: LabelledVectors;
  /** Not used for the fit; calibrates its scale. */
  readonly polarHeldOut: LabelledVectors;
  /** 1 is neutral. */
  readonly neutral: LabelledVectors;
  /** Not used for the fit; calibrates its scale and sets the threshold. */
  readonly neutralHeldOut: LabelledVectors;
}

/** Share of the held-out opinions that may be classified as neutral. */
const FALSE_NEUTRALS = 0.02;
const FIT = { inversePenalty: 10, maxIterations: 100, gradientTolerance: 1e-5 };

/** Fits both logistic regressions of the head. Deterministic. */
export function trainSentiment({ polar, polarHeldOut, neutral, neutralHeldOut }: SentimentData): SentimentWeights {
  const polarity = calibrated(fit(polar), polarHeldOut);
  const plain = calibrated(fit(neutral), neutralHeldOut);
  const opinions = neutralHeldOut.vectors.filter((_, at) => neutralHeldOut.labels[at] === 0);
  const threshold = quantileOf(
    opinions.map((vector) => logitOf(plain, vector)),
    1 - FALSE_NEUTRALS,
  );
  return { polarity: rounded(polarity), neutral: rounded({ ...plain, bias: plain.bias - threshold }) };
}

/** Accuracy, calibration error and area under the ROC curve. */
export function scoreLinear(linear: LinearLogit, { vectors, labels }: LabelledVectors) {
  const chances = vectors.map((vector) => sigmoid(logitOf(linear, vector)));
  const right = chances.filter((chance, at) => Number(chance >= 0.5) === labels[at]).length;
  const pairs = chances.map((chance) => Float64Array.of(1 - chance, chance));
  const ofLabel = (label: number) => chances.filter((_, at) => labels[at] === label);
  return {
    n: labels.length,
    accuracy: right / labels.length,
    ece: calibrationErrorOf(pairs, Int32Array.from(labels)),
    auroc: areaUnderRoc(ofLabel(1), ofLabel(0)),
  };
}

function fit({ vectors, labels }: LabelledVectors): LinearLogit {
  const features = vectors[0]?.length ?? 0;
  const indexes = Int32Array.from({ length: features }, (_, at) => at);
  const rows = vectors.map((vector) => ({ indexes, values: Float64Array.from(vector) }));
  const { weights, bias } = fitLogisticRegression({ rows, labels: Int32Array.from(labels), features, classes: 2 }, FIT);
  const difference = (values: Float32Array, at: number) => (values[2 * at + 1] ?? 0) - (values[2 * at] ?? 0);
  return {
    weights: Float32Array.from({ length: features }, (_, at) => difference(weights, at)),
    bias: difference(bias, 0),
  };
}

/** Scales the logits on held-out sentences: the sentences of the fit would make them too confident. */
function calibrated({ weights, bias }: LinearLogit, { vectors, labels }: LabelledVectors): LinearLogit {
  const logits = vectors.map((vector) => Float64Array.of(0, logitOf({ weights, bias }, vector)));
  const scale = calibratedScale(logits, labels);
  return { weights: weights.map((weight) => weight * scale), bias: bias * scale };
}

/** Five digits are enough, and hide differences of the last bit between machines. */
function rounded({ weights, bias }: LinearLogit): LinearLogit {
  return { weights: weights.map((weight) => Number(weight.toFixed(5))), bias: Number(bias.toFixed(5)) };
}
