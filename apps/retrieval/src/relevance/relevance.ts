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

/** The log-odds that a document with this evidence answers the question. */
export function logOddsOf(evidence: number, { threshold, scale }: Pick<RelevanceModel, 'threshold' | 'scale'>): number {
  return scale * (evidence - threshold);
}

/** The probability, 0 to 1, with these log-odds. */
export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
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
