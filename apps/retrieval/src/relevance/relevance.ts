import type { TokenMatch } from './late-interaction.js';
import type { TokenHead } from './token-head.js';

/** What speaks for a document as the answer to a question, at the first look. */
export interface Signs {
  /** Cosine of the question and the title. */
  readonly title: number;
  /** Cosine of the question and the nearest passage. */
  readonly passage: number;
  /** Share of the question's words that the document has, rare words counting more; 0 to 1. */
  readonly words: number;
}

/** How signs become the probability that a document answers a question. */
export interface RelevanceModel {
  /** The weight of each sign. */
  readonly weights: Signs & { readonly tokens: TokenMatch };
  /** The evidence of a document that answers as likely as not. */
  readonly threshold: number;
  /** Log-odds for each unit of evidence. */
  readonly scale: number;
  /** Compares the best documents again, token by token; absent for embeddings for which it was not trained. */
  readonly head?: TokenHead | undefined;
}

type Weights = Pick<RelevanceModel, 'weights'>;

/** The evidence at the first look: the weighted sum of its signs. */
export function evidenceOf({ title, passage, words }: Signs, { weights }: Weights): number {
  return weights.title * title + weights.passage * passage + weights.words * words;
}

/** What the tokens add to it at the second look. */
export function tokenEvidenceOf({ document, passage }: TokenMatch, { weights: { tokens } }: Weights): number {
  return tokens.document * document + tokens.passage * passage;
}

/**
 * How far the others together may be ahead before a document loses by them. Several articles may answer one question, so
 * a few good ones do no harm. Chosen on the companies of the calibration part.
 */
const ROOM = 1.3;

/**
 * The probability of each document, 0 to 1, that it answers the question, in order. Its own log-odds say how well it
 * fits; what fits many documents as well says little about any: it loses as much as the others together, with "none of
 * them", are ahead of {@link ROOM}.
 *
 * @param evidences of all documents that may answer.
 */
export function relevancesOf(
  evidences: readonly number[],
  model: Pick<RelevanceModel, 'threshold' | 'scale'>,
): number[] {
  const logOdds = evidences.map((evidence) => model.scale * (evidence - model.threshold));
  const total = logSumOf([0, ...logOdds]);
  return logOdds.map((own) => {
    const others = total + Math.log1p(-Math.min(Math.exp(own - total), 1 - Number.EPSILON));
    return 1 / (1 + Math.exp(Math.max(0, others - ROOM) - own));
  });
}

function logSumOf(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** The model for embeddings for which it was not trained: without the second look, the other signs weigh as much. */
export function withoutTokens({ weights, threshold, scale }: RelevanceModel): RelevanceModel {
  const { title, passage, words, tokens } = weights;
  const factor = 1 + (tokens.document + tokens.passage) / (title + passage + words);
  return {
    weights: {
      title: title * factor,
      passage: passage * factor,
      words: words * factor,
      tokens: { document: 0, passage: 0 },
    },
    threshold,
    scale,
  };
}
