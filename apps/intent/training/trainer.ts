import {
  accuracyOf,
  dequantiseRows,
  fitLogisticRegression,
  fitVocabulary,
  lexicalVector,
  quantiseRows,
} from '@llmos/learning';
import { IntentHead, logSoftmax, mixLogProbabilities } from '#src/head/intent-head.js';
import type { HeadWeights } from '#src/head/head-weights.js';
import { fitScope, fitTemperature } from './calibration.ts';
import { fitCentroids } from './centroids.ts';
import { selectRows, stratifiedParts, type TrainingSet } from './dataset.ts';
import { fitRadialRidge } from './radial-ridge.ts';

/** Chosen by cross-validation on the training questions alone; MODEL_CARD.md has the figures. */
export const SETTINGS = {
  centroidsPerClass: 24,
  sharpness: 2,
  ridgePenalty: 0.03,
  /** N-grams in fewer training texts are left out. */
  minimumTexts: 2,
  lexicalInversePenalty: 10,
  maxIterations: 200,
  gradientTolerance: 1e-5,
  mix: 0.5,
  calibrationFolds: 5,
  calibrationSeed: 20_200_310,
  /** Share of in-scope questions that may be called out of scope. */
  falseAlarms: 0.05,
} as const;

/** Predictions of models for rows they were not trained on. */
interface HeldOutPredictions {
  readonly embedding: readonly Float64Array[];
  readonly lexical: readonly Float64Array[];
  readonly similarities: readonly number[];
}

/** Accuracy on held-out rows while calibrating, for choosing settings. */
export interface CrossValidation {
  readonly embedding: number;
  readonly lexical: number;
  /** Of both, mixed as the settings say. */
  readonly accuracy: number;
  /** By mixing weight, to choose one. */
  readonly mixed: Readonly<Record<string, number>>;
}

export interface TrainedHead {
  readonly weights: HeadWeights;
  readonly crossValidation: CrossValidation;
}

/**
 * Trains both heads on every row, and calibrates on predictions of heads that were not trained on the row.
 * Deterministic.
 */
export function trainHead(set: TrainingSet, log: (line: string) => void = () => undefined): TrainedHead {
  const heldOut = predictHeldOut(set, log);
  const radialTemperature = fitTemperature(heldOut.embedding, set.labels);
  const embedding = heldOut.embedding.map((row) => logSoftmax(row.map((value) => value / radialTemperature)));
  const mixedBy = (mix: number) => embedding.map((row, at) => mixLogProbabilities(row, heldOut.lexical[at]!, mix));
  const temperature = fitTemperature(mixedBy(SETTINGS.mix), set.labels);
  const scope = fitScope(heldOut.similarities, SETTINGS.falseAlarms);
  const mixes = [0, 0.2, 0.4, 0.5, 0.6, 0.8, 1].map((mix) => [String(mix), accuracyOf(mixedBy(mix), set.labels)]);
  const crossValidation: CrossValidation = {
    accuracy: accuracyOf(mixedBy(SETTINGS.mix), set.labels),
    embedding: accuracyOf(embedding, set.labels),
    lexical: accuracyOf(heldOut.lexical, set.labels),
    mixed: Object.fromEntries(mixes) as Record<string, number>,
  };
  log(`held out: ${JSON.stringify(crossValidation)}`);
  const fitted = fitHeads(set);
  return {
    crossValidation,
    weights: { ...fitted, radial: { ...fitted.radial, temperature: radialTemperature }, temperature, scope },
  };
}

function predictHeldOut(set: TrainingSet, log: (line: string) => void): HeldOutPredictions {
  const part = stratifiedParts(set.labels, SETTINGS.calibrationFolds, SETTINGS.calibrationSeed);
  const embedding: Float64Array[] = [];
  const lexical: Float64Array[] = [];
  const similarities: number[] = [];
  for (let fold = 0; fold < SETTINGS.calibrationFolds; fold++) {
    const head = new IntentHead(fitHeads(selectRows(set, (row) => part[row] !== fold)));
    part.forEach((itsFold, row) => {
      if (itsFold !== fold) return;
      embedding[row] = head.embeddingLogProbabilities(set.vectors[row]!);
      lexical[row] = head.lexicalLogProbabilities(set.texts[row]!);
      similarities[row] = head.similarity(set.vectors[row]!);
    });
    log(`fold ${fold + 1} of ${SETTINGS.calibrationFolds} done`);
  }
  return { embedding, lexical, similarities };
}

/** Both heads, not yet calibrated: temperatures are 1. */
function fitHeads(set: TrainingSet): HeadWeights {
  return {
    labels: set.names,
    radial: fitRadial(set),
    lexical: fitLexical(set),
    mix: SETTINGS.mix,
    temperature: 1,
    scope: { threshold: 0, scale: 1 },
  };
}

function fitRadial({ vectors, labels, names }: TrainingSet): HeadWeights['radial'] {
  const dimensions = vectors[0]?.length ?? 0;
  const exact = fitCentroids(vectors, labels, names.length, SETTINGS.centroidsPerClass);
  // The weights are fitted to the centroids as they will be stored, so that storing them costs no accuracy.
  const centroids = dequantiseRows(quantiseRows(exact, dimensions, 8));
  const options = { centroids, sharpness: SETTINGS.sharpness, penalty: SETTINGS.ridgePenalty };
  const weights = fitRadialRidge(vectors, labels, names.length, options);
  return { dimensions, centroids, sharpness: SETTINGS.sharpness, weights, temperature: 1 };
}

/** The head on word n-grams; needs no embeddings. */
export function fitLexical({
  texts,
  labels,
  names,
}: Pick<TrainingSet, 'texts' | 'labels' | 'names'>): HeadWeights['lexical'] {
  const { grams, idf } = fitVocabulary(texts, SETTINGS.minimumTexts);
  const features = new Map(grams.map((gram, feature) => [gram, feature]));
  const rows = texts.map((text) => lexicalVector(text, features, idf));
  const { maxIterations, gradientTolerance, lexicalInversePenalty: inversePenalty } = SETTINGS;
  const fitted = fitLogisticRegression(
    { rows, labels, features: grams.length, classes: names.length },
    { inversePenalty, maxIterations, gradientTolerance },
  );
  return { ...fitted, vocabulary: grams, idf };
}
