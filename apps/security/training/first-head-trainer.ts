import { attackRules } from '@llmos/guardrails';
import { fitLogisticRegression, fitVocabulary, lexicalVector, quantileOf, type SparseVector } from '@llmos/learning';
import {
  FirstHead,
  spacedText,
  type FirstHeadWeights,
  type Side,
  type SideWeights,
} from '#src/screening/head/first-head.js';
import { calibrate, STEPS, type HeldOut } from './calibration.ts';

/** The features of one window. If a rule is `certain`, it decides without the head. */
export interface TrainingRow {
  readonly folded: string;
  readonly vector: Float32Array;
  readonly counts: Float32Array;
  readonly certain: boolean;
  /** It reports somebody else's words, which are judged by what is left of it. */
  readonly reports?: boolean;
  readonly attack: boolean;
  readonly side: Side;
  readonly source: string;
  /** Number of the text that the window was cut from. */
  readonly document: number;
}

/** Chosen on held-out training data; see the model card. */
export const SETTINGS = {
  scales: { embedding: 4, lexical: 9, rules: 0.5 },
  inversePenalty: 1,
  minimumTexts: 3,
  /** The share of held-out benign texts that may reach the threshold, on average over the sources. */
  falseAlarms: 0.01,
  folds: 5,
} as const;
export type TrainingSettings = {
  readonly [K in keyof typeof SETTINGS]: K extends 'scales' ? FirstHeadWeights['scales'] : number;
};

/** The share of attacks in passages whose words may be below the limit of suspicion, so that they are not embedded. */
const UNSUSPICIOUS_ATTACKS = 0.03;

/** Fits both sides, and calibrates each on cross-validated predictions. */
export function trainFirstHead(rows: readonly TrainingRow[], settings: TrainingSettings = SETTINGS) {
  const outOfFold = Array.from({ length: settings.folds }, (_, fold) => {
    const seen = rows.filter(({ document }) => document % settings.folds !== fold);
    const held = rows.filter(({ document }) => document % settings.folds === fold);
    const head = new FirstHead(fit(seen, settings));
    return held.map((row) => judge(head, row));
  }).flat();
  const fitted = fit(rows, settings);
  const of = (side: Side) => outOfFold.filter(({ row }) => row.side === side);
  const input = calibrated(fitted.input, of('input'), settings);
  const passage = calibrated(fitted.passage, of('passage'), settings);
  const weights: FirstHeadWeights = { ...fitted, input: input.side, passage: passage.side };
  return { weights, outOfFold, heldOut: { input: input.figures, passage: passage.figures } };
}

/** Attacks of both sides count as attacks in a document, but not those on the assistant of a bank. */
export function countsAsPassage({ side, attack, source }: TrainingRow): boolean {
  return side === 'passage' || (attack && !source.startsWith('own-'));
}

function judge(head: FirstHead, row: TrainingRow): Suspect {
  const lexical = head.lexical(row.folded);
  const logit = head.logit(row.side, { vector: row.vector, counts: row.counts, lexical });
  return { row, logit, suspicion: head.suspicion(row.side, lexical, row.counts) };
}

function fit(rows: readonly TrainingRow[], settings: TrainingSettings): FirstHeadWeights {
  const { grams, idf } = fitVocabulary(
    rows.map(({ folded }) => spacedText(folded)),
    settings.minimumTexts,
  );
  const vocabulary = new Map(grams.map((gram, at) => [gram, at]));
  const dimensions = rows[0]?.vector.length ?? 0;
  const features = rows.map((row) =>
    joined(row, lexicalVector(spacedText(row.folded), vocabulary, idf), grams.length, settings.scales),
  );
  const width = dimensions + grams.length + attackRules.length;
  const side = (of: (row: TrainingRow) => boolean): SideWeights => {
    const kept = features.filter((_, at) => of(rows[at]!));
    const labels = Int32Array.from(rows.filter(of), ({ attack }) => Number(attack));
    return fitSide(kept, labels, width, dimensions, grams.length, settings.inversePenalty);
  };
  return {
    dimensions,
    vocabulary: grams,
    idf,
    scales: settings.scales,
    input: side(({ side }) => side === 'input'),
    passage: side(countsAsPassage),
  };
}

function fitSide(
  rows: readonly SparseVector[],
  labels: Int32Array,
  width: number,
  dimensions: number,
  grams: number,
  inversePenalty: number,
): SideWeights {
  const { weights, bias } = fitLogisticRegression(
    { rows, labels, features: width, classes: 2 },
    { inversePenalty, ...STEPS },
  );
  const difference = Float32Array.from({ length: width }, (_, at) => weights[at * 2 + 1]! - weights[at * 2]!);
  return {
    embedding: difference.slice(0, dimensions),
    lexical: difference.slice(dimensions, dimensions + grams),
    rules: difference.slice(dimensions + grams),
    bias: (bias[1] ?? 0) - (bias[0] ?? 0),
    slope: 1,
    shift: 0,
    suspicious: 0,
  };
}

function joined(
  { vector, counts }: TrainingRow,
  lexical: SparseVector,
  grams: number,
  scales: FirstHeadWeights['scales'],
): SparseVector {
  const dense = vector.length;
  const size = dense + lexical.indexes.length + counts.length;
  const indexes = new Int32Array(size);
  const values = new Float64Array(size);
  vector.forEach((value, at) => {
    indexes[at] = at;
    values[at] = value * scales.embedding;
  });
  lexical.indexes.forEach((feature, at) => {
    indexes[dense + at] = dense + feature;
    values[dense + at] = (lexical.values[at] ?? 0) * scales.lexical;
  });
  counts.forEach((count, at) => {
    indexes[dense + lexical.indexes.length + at] = dense + grams + at;
    values[dense + lexical.indexes.length + at] = count * scales.rules;
  });
  return { indexes, values };
}

interface Suspect extends HeldOut {
  readonly row: TrainingRow;
  readonly suspicion: number;
}

function calibrated(side: SideWeights, held: readonly Suspect[], { falseAlarms }: TrainingSettings) {
  const { figures, ...calibration } = calibrate(held, falseAlarms);
  const suspicious = quantileOf(
    held.filter(({ row }) => row.attack).map(({ suspicion }) => suspicion),
    UNSUSPICIOUS_ATTACKS,
  );
  return { side: { ...side, ...calibration, suspicious }, figures };
}
