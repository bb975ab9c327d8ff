import type { TokenMatch } from './late-interaction.js';
import type { QuestionAdapter } from './question-adapter.js';
import type { TokenProjection } from './token-projection.js';

/** What speaks for a document as the answer to a question. */
export interface Signs {
  /** Cosine of the adapted question and the title. */
  readonly title: number;
  /** Cosine of the adapted question and the nearest passage. */
  readonly passage: number;
  /** Share of the question's words that the document has, rare words counting more; 0 to 1. */
  readonly words: number;
}

/** From evidence to probability: a logistic regression. */
export interface Calibration {
  /** The evidence of a document that answers as likely as not. */
  readonly threshold: number;
  /** Log-odds for each unit of evidence. */
  readonly scale: number;
}

/** How signs become the probability that a document answers a question. */
export interface RelevanceModel extends Calibration {
  readonly adapter: QuestionAdapter;
  /** The weight of each sign. */
  readonly weights: Signs;
  /** Judges the best documents again, token by token; absent for embeddings for which it was not trained. */
  readonly late?: LateModel | undefined;
}

/** The second look, at the documents that have the most evidence at the first. */
export interface LateModel extends Calibration {
  readonly projection: TokenProjection;
  /** Of the order of documents. */
  readonly weights: TokenMatch & {
    /** Of the evidence of the first look. */
    readonly evidence: number;
  };
  /** Log-odds between two documents for each unit of evidence after the second look. */
  readonly sharpness: number;
  /** Evidence for each unit of the logarithm of a question's words: a long message is like nothing as a whole. */
  readonly length: number;
  /** Questions about anything, by which a company's noise floor is measured. */
  readonly strangers: readonly string[];
}

/** The weighted sum of the signs: the order of documents. */
export function evidenceOf({ title, passage, words }: Signs, { weights }: Pick<RelevanceModel, 'weights'>): number {
  return weights.title * title + weights.passage * passage + weights.words * words;
}

/** The evidence after the second look. */
export function lateEvidenceOf(evidence: number, match: TokenMatch, { weights }: Pick<LateModel, 'weights'>): number {
  return weights.evidence * evidence + weights.document * match.document + weights.passage * match.passage;
}

/**
 * The evidence that decides whether a document answers at all: of the first look, because the tokens of a stranger's
 * question find their like in any document, above the noise floor of the company.
 */
export function clearEvidenceOf(
  evidence: number,
  { text, floor }: { readonly text: string; readonly floor: number },
  { length }: Pick<LateModel, 'length'>,
): number {
  return evidence + length * Math.log(1 + (text.match(/\S+/gu)?.length ?? 0)) - floor;
}

/** The log-odds that a document with this evidence answers the question. */
export function logOddsOf(evidence: number, { threshold, scale }: Calibration): number {
  return scale * (evidence - threshold);
}

/** The probability, 0 to 1, with these log-odds. */
export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
