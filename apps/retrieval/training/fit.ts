import { Adam } from '@llmos/learning';
import type { SeenSigns } from '#src/hybrid-index.js';
import { ANSWERS } from '#src/reading-choice.js';
import { evidenceOf, relevancesOf, tokenEvidenceOf, type RelevanceModel } from '#src/relevance/relevance.js';
import type { Example } from './company-index.ts';

/** Chosen on the companies of the calibration part. */
export const FIT_SETTINGS = {
  steps: 2_000,
  rate: 0.03,
  /** Pulls the weights towards 0. */
  decay: 0.002,
  /** The threshold lets this share of the strangers' questions pass. */
  passing: 0.006,
} as const;

/** Where the fit starts: the weights of {@link signsOf}, then of "none of them". */
const START = [3, 7, 1, 8, 8, 11];

/**
 * Fits the weight of each sign: minimises the cross-entropy of a softmax over the documents and "none of them". The
 * threshold is then set by the strangers' questions alone. Deterministic.
 *
 * @param groups examples, of which each group counts the same.
 * @param strangers of all companies.
 */
export function fitSigns(
  groups: readonly (readonly Example[])[],
  strangers: readonly Example[],
): Pick<RelevanceModel, 'weights' | 'threshold' | 'scale'> {
  const numbers = Float32Array.from(START);
  const optimiser = new Adam(numbers.length);
  const { steps, rate, decay } = FIT_SETTINGS;
  for (let step = 0; step < steps; step++) {
    const gradient = numbers.map((value, n) => (n < numbers.length - 1 ? decay * value : 0));
    for (const group of groups) for (const example of group) addGradient(numbers, example, 1 / group.length, gradient);
    optimiser.step(numbers, gradient, rate);
  }
  const [title, passage, words, document, nearest] = [...numbers] as [number, number, number, number, number, number];
  const scale = title + passage + words + document + nearest;
  const weights = {
    title: title / scale,
    passage: passage / scale,
    words: words / scale,
    tokens: { document: document / scale, passage: nearest / scale },
  };
  const passing = strangers.map((example) => bestOf(example, { weights }).evidence).sort((a, b) => b - a);
  return { weights, threshold: passing[Math.floor(passing.length * FIT_SETTINGS.passing)]!, scale };
}

function signsOf({ signs, tokens }: SeenSigns): number[] {
  return [signs.title, signs.passage, signs.words, tokens.document, tokens.passage];
}

function addGradient(numbers: Float32Array, { seen, answers }: Example, share: number, gradient: Float32Array): void {
  const signs = seen.map(signsOf);
  const logits = signs.map((each) => each.reduce((sum, value, n) => sum + value * numbers[n]!, 0));
  logits.push(numbers.at(-1)!);
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const isRight = (at: number): boolean => (answers.size === 0 ? at === signs.length : answers.has(at));
  const right = powers.reduce((sum, power, at) => sum + (isRight(at) ? power : 0), 0) + 1e-12;
  powers.forEach((power, at) => {
    const slope = share * (power / total - (isRight(at) ? power / right : 0));
    const each = signs[at];
    if (each) each.forEach((value, n) => (gradient[n]! += slope * value));
    else gradient[gradient.length - 1]! += slope;
  });
}

/** Shares of the examples, 0 to 1. */
export interface Scores {
  readonly n: number;
  /** A document that answers is first, whether or not it is relevant enough. */
  readonly first: number;
  /** A document that answers is among the first three. */
  readonly three: number;
  /** It is first and relevant: the question is answered rightly. */
  readonly right: number;
  /** Another is first and relevant; of questions that nothing answers: any. */
  readonly wrong: number;
}

/** How a model orders and judges what the searches saw. */
export function scoresOf(model: RelevanceModel, examples: readonly Example[]): Scores {
  const judged = examples.map((example) => {
    const { order, evidences } = bestOf(example, model);
    const answers = (at: number): boolean => example.answers.has(at);
    return {
      relevant: relevancesOf(evidences, model)[order[0]!]! >= ANSWERS,
      first: answers(order[0]!),
      three: order.slice(0, 3).some(answers),
    };
  });
  const share = (is: (one: (typeof judged)[number]) => boolean): number =>
    judged.length === 0 ? 0 : Number((judged.filter(is).length / judged.length).toFixed(3));
  return {
    n: judged.length,
    first: share(({ first }) => first),
    three: share(({ three }) => three),
    right: share(({ first, relevant }) => first && relevant),
    wrong: share(({ first, relevant }) => !first && relevant),
  };
}

/** The places of the documents, most evidence first, and how much that is. */
function bestOf({ seen }: Example, model: Pick<RelevanceModel, 'weights'>) {
  const evidences = seen.map(({ signs, tokens }) => evidenceOf(signs, model) + tokenEvidenceOf(tokens, model));
  const order = [...evidences.keys()].sort((a, b) => evidences[b]! - evidences[a]!);
  return { order, evidences, evidence: evidences[order[0]!]! };
}
