import type { QuestionAdapter } from './question-adapter.js';

/** What speaks for a document as the answer to a question. */
export interface Signs {
  /** Cosine of the adapted question and the title. */
  readonly title: number;
  /** Cosine of the adapted question and the nearest passage. */
  readonly passage: number;
  /** Share of the question's words that the document has, rare words counting more; 0 to 1. */
  readonly words: number;
}

/** How signs become the probability that a document answers a question: a logistic regression. */
export interface RelevanceModel {
  readonly adapter: QuestionAdapter;
  /** The weight of each sign. */
  readonly weights: Signs;
  /** The evidence of a document that answers as likely as not. */
  readonly threshold: number;
  /** Log-odds for each unit of evidence. */
  readonly scale: number;
}

/** The weighted sum of the signs: the order of documents. */
export function evidenceOf({ title, passage, words }: Signs, { weights }: Pick<RelevanceModel, 'weights'>): number {
  return weights.title * title + weights.passage * passage + weights.words * words;
}

/** The probability, 0 to 1, that a document with this evidence answers the question. It does not depend on others. */
export function relevanceOf(evidence: number, { threshold, scale }: Omit<RelevanceModel, 'adapter' | 'weights'>) {
  return 1 / (1 + Math.exp(-scale * (evidence - threshold)));
}
