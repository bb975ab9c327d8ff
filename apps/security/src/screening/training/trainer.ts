import { fitLogisticRegression, fitVocabulary, lexicalVector, quantileOf, type SparseVector } from '@llmos/learning';
import { attackRules } from '../rules/attack-rules.js';
import { ScreeningHead, type HeadWeights, type Side, type SideWeights } from '../head/screening-head.js';

/** One text with everything the head looks at; `certain` rules decide without it. */
export interface TrainingRow {
  readonly folded: string;
  readonly vector: Float32Array;
  readonly counts: Float32Array;
  readonly certain: boolean;
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
  /** Of the held-out benign texts at most this share may reach the threshold. */
  falseAlarms: 0.01,
  folds: 5,
} as const;
export type TrainingSettings = {
  readonly [K in keyof typeof SETTINGS]: K extends 'scales' ? HeadWeights['scales'] : number;
};

const STEPS = { maxIterations: 150, gradientTolerance: 1e-5 };
/** Above any logit. */
const CERTAIN_LOGIT = 1e6;
/** Share of the attacks in passages whose words may look harmless; only their embedding could tell. */
const UNSUSPICIOUS_ATTACKS = 0.03;

/** Fits both sides, and calibrates each on predictions for rows that the predicting head had not seen. */
export function trainHead(rows: readonly TrainingRow[], settings: TrainingSettings = SETTINGS) {
  const outOfFold = Array.from({ length: settings.folds }, (_, fold) => {
    const seen = rows.filter(({ document }) => document % settings.folds !== fold);
    const held = rows.filter(({ document }) => document % settings.folds === fold);
    const head = new ScreeningHead(fit(seen, settings));
    return held.map((row) => judge(head, row));
  }).flat();
  const fitted = fit(rows, settings);
  const of = (side: Side) => outOfFold.filter(({ row }) => row.side === side);
  const input = calibrate(fitted.input, of('input'), settings);
  const passage = calibrate(fitted.passage, of('passage'), settings);
  const weights: HeadWeights = { ...fitted, input: input.side, passage: passage.side };
  return { weights, heldOut: { input: input.figures, passage: passage.figures } };
}

function judge(head: ScreeningHead, row: TrainingRow): HeldOut {
  const lexical = head.lexical(row.folded);
  const logit = head.logit(row.side, { vector: row.vector, counts: row.counts, lexical });
  return { row, logit, suspicion: head.suspicion(row.side, lexical, row.counts) };
}

function fit(rows: readonly TrainingRow[], settings: TrainingSettings): HeadWeights {
  const { grams, idf } = fitVocabulary(
    rows.map(({ folded }) => folded),
    settings.minimumTexts,
  );
  const vocabulary = new Map(grams.map((gram, at) => [gram, at]));
  const dimensions = rows[0]?.vector.length ?? 0;
  const features = rows.map((row) =>
    joined(row, lexicalVector(row.folded, vocabulary, idf), grams.length, settings.scales),
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
    // In a document an attack of either kind counts; what users may ask must not be said there.
    passage: side(({ side, attack }) => side === 'passage' || attack),
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
  scales: HeadWeights['scales'],
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

interface HeldOut {
  readonly row: TrainingRow;
  readonly logit: number;
  readonly suspicion: number;
}

/** Platt's two numbers by the same regression on one feature, and the threshold from the benign rows. */
function calibrate(side: SideWeights, held: readonly HeldOut[], { falseAlarms }: TrainingSettings) {
  const platt = fitLogisticRegression(
    {
      rows: held.map(({ logit }) => ({ indexes: Int32Array.of(0), values: Float64Array.of(logit) })),
      labels: Int32Array.from(held, ({ row }) => Number(row.attack)),
      features: 1,
      classes: 2,
    },
    { inversePenalty: 1e3, ...STEPS },
  );
  const slope = platt.weights[1]! - platt.weights[0]!;
  const benign = highestByDocument(held.filter(({ row }) => !row.attack));
  const limit = limitFor(benign, falseAlarms);
  const suspicious = quantileOf(
    held.filter(({ row }) => row.attack).map(({ suspicion }) => suspicion),
    UNSUSPICIOUS_ATTACKS,
  );
  const attacks = highestByDocument(held.filter(({ row }) => row.attack));
  const share = (logits: readonly number[]) => logits.filter((logit) => logit >= limit).length / logits.length;
  const figures = {
    recall: share(attacks),
    falseAlarms: share(benign),
    attacks: attacks.length,
    benign: benign.length,
  };
  // The shift moves the threshold to 0.5 and leaves the slope as calibrated.
  return { side: { ...side, slope, shift: -slope * limit, suspicious }, figures };
}

/** Halfway between the last value that may alarm and the first that may not: never more than `share` alarm. */
function limitFor(benign: readonly number[], share: number): number {
  const sorted = [...benign].sort((a, b) => b - a);
  const allowed = Math.floor(share * sorted.length);
  const first = sorted[allowed] ?? 0;
  return (first + (sorted[allowed - 1] ?? first + 1)) / 2;
}

/** A text is judged by its worst window, so that is what the threshold is chosen on; rules that decide alone count most. */
function highestByDocument(held: readonly HeldOut[]): number[] {
  const highest = new Map<number, number>();
  for (const { row, logit } of held) {
    const worst = row.certain ? CERTAIN_LOGIT : logit;
    highest.set(row.document, Math.max(worst, highest.get(row.document) ?? -Infinity));
  }
  return [...highest.values()];
}
