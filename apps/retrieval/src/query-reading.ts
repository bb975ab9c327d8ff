import { normalizeTerm, tokenize } from './terms.js';

/** One way to read a query. */
export interface Reading {
  readonly text: string;
  /** Whether what was asked before is part of it. */
  readonly withContext: boolean;
}

/** A sentence with fewer words of content says too little to be searched alone. */
const MIN_WORDS = 2;
/** Sentences of a story that are searched alone, from the end: the question mostly comes last. */
const MAX_SENTENCES = 4;

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * The ways to read a query: as a whole, each sentence of a story alone, because a story hides the question that it ends
 * with, and as a follow-up of what was asked before. A certain follow-up has that reading alone.
 */
export function readingsOf(query: string, context: string | undefined, isFollowUp = false): Reading[] {
  const inContext = context ? [{ text: `${context} ${query}`, withContext: true }] : [];
  if (isFollowUp && inContext.length > 0) return inContext;
  const parts = Array.from(sentences.segment(query), ({ segment }) => segment.trim());
  const alone =
    parts.length < 2 ? [] : parts.filter((part) => contentOf(part).length >= MIN_WORDS).slice(-MAX_SENTENCES);
  const texts = [query, ...alone];
  return [...texts.map((text) => ({ text, withContext: false })), ...inContext];
}

/** The words of a text that are no stop words. */
export function contentOf(text: string): string[] {
  return tokenize(text).filter((term) => normalizeTerm(term) !== undefined);
}
