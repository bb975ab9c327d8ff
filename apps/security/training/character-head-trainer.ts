import { foldText, viewsOf, withoutReports } from '@llmos/guardrails';
import { fitLogisticRegression } from '@llmos/learning';
import { characterGrams } from '#src/screening/head/character-grams.js';
import { CharacterHead, type CharacterWeights } from '#src/screening/head/character-head.js';
import { judgeCharacters } from '#src/screening/judge-characters.js';
import { calibrate, type HeldOut } from './calibration.ts';
import type { LabelledText } from './training-sources.ts';

/** Chosen on held-out training texts; see the model card. */
export const CHARACTER_SETTINGS = {
  buckets: 2 ** 18,
  inversePenalty: 50,
  maxIterations: 50,
  /** The share of held-out benign texts that may reach the threshold, on average over the sources. */
  falseAlarms: { english: 0.005, other: 0.025 },
  folds: 3,
};
type CharacterSettings = typeof CHARACTER_SETTINGS;

/** The head learns from the start of a text. */
const LEARNT_CHARS = 500;

const AS_IT_IS = { slope: 1, shift: 0 };
/** The sources in other languages than English. */
export const OTHER = /^(?:language-(?!en$)|own-languages$|smart-home$)/;

export type CharacterRow = Pick<LabelledText, 'text' | 'label' | 'source'>;

/** Fits the head on the start of each text, and sets its threshold on cross-validated scores of whole texts. */
export function trainCharacterHead(
  rows: readonly CharacterRow[],
  log: (line: string) => void,
  settings: CharacterSettings = CHARACTER_SETTINGS,
) {
  const { folds, falseAlarms, buckets } = settings;
  const features = rows.map(({ text }) => characterGrams(foldText(startOf(text), false).text, buckets));
  const held = Array.from({ length: folds }, (_, fold) => {
    const isHeld = (at: number): boolean => at % folds === fold;
    const seen = [...rows.keys()].filter((at) => !isHeld(at));
    const head = new CharacterHead({ ...fit(rows, features, seen, settings), english: AS_IT_IS, other: AS_IT_IS });
    log(`fitted without part ${fold + 1} of ${folds}`);
    return rows.flatMap((row, at) => (isHeld(at) ? [{ row: judgedRow(row, at), logit: logitOf(row.text, head) }] : []));
  }).flat();
  const [others, englishOnes] = [true, false].map((isOther) =>
    held.filter(({ row }) => OTHER.test(row.source) === isOther),
  );
  const [english, other] = [calibrated(englishOnes!, falseAlarms.english), calibrated(others!, falseAlarms.other)];
  const { grams, bias } = fit(rows, features, [...rows.keys()], settings);
  const weights: CharacterWeights = { grams, bias, english: english.calibration, other: other.calibration };
  return { weights, heldOut: { english: english.heldOut, other: other.heldOut } };
}

/** Calibrates on held-out texts. The figures of each source are those at the threshold. */
export function calibrated(held: readonly HeldOut[], falseAlarms: number) {
  const { figures, slope, shift } = calibrate(held, falseAlarms);
  const share = (of: readonly HeldOut[], isAttack: boolean): number | undefined => {
    const kept = of.filter(({ row }) => row.attack === isAttack && !row.reports);
    const found = kept.filter(({ logit }) => slope * logit + shift >= 0).length;
    return kept.length > 0 ? Math.round((1000 * found) / kept.length) / 1000 : undefined;
  };
  const sources = [...Map.groupBy(held, ({ row }) => row.source)].map(([source, of]) => [
    source,
    { recall: share(of, true), falseAlarms: share(of, false) },
  ]);
  const bySource = Object.fromEntries(sources) as Record<string, object>;
  return { calibration: { slope, shift }, heldOut: { ...figures, bySource } };
}

/** The highest logit of the parts of a text, as screening judges them. */
function logitOf(text: string, head: CharacterHead): number {
  const scores = judgeCharacters(viewsOf(text), head).map(({ score }) => score);
  const highest = Math.min(1 - 1e-12, Math.max(1e-12, ...scores));
  return Math.log(highest / (1 - highest));
}

function judgedRow({ text, label, source }: CharacterRow, document: number) {
  const reports = withoutReports(text) !== undefined;
  return { attack: label === 'injection', source, document, certain: false, reports };
}

function startOf(text: string): string {
  return text.slice(0, LEARNT_CHARS);
}

function fit(
  rows: readonly CharacterRow[],
  features: readonly ReturnType<typeof characterGrams>[],
  chosen: readonly number[],
  { buckets, inversePenalty, maxIterations }: CharacterSettings,
): Pick<CharacterWeights, 'grams' | 'bias'> {
  const { weights, bias } = fitLogisticRegression(
    {
      rows: chosen.map((at) => features[at]!),
      labels: Int32Array.from(chosen, (at) => Number(rows[at]!.label === 'injection')),
      features: buckets,
      classes: 2,
    },
    { inversePenalty, maxIterations, gradientTolerance: 1e-6 },
  );
  const grams = Float32Array.from({ length: buckets }, (_, at) => weights[at * 2 + 1]! - weights[at * 2]!);
  return { grams, bias: (bias[1] ?? 0) - (bias[0] ?? 0) };
}
