import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { splitSentences } from './sentences.js';
import { wordsOf, type Word } from './words.js';

/** One sentence of a passage: what an answer may quote, and what a generated sentence is held against. */
export interface Source {
  readonly text: string;
  readonly words: readonly Word[];
  readonly passage: Passage;
  /** 0 for the first sentence of its passage. */
  readonly position: number;
}

/** A document that talks to the model instead of the reader: nothing from there on is quoted or shown to the model. */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:above|previous|prior|earlier|preceding|instructions?|prompts?|rules|everything|before)\b|\b(?:system prompt|you are now|from now on,? you|respond only|reply only|answer only with|as an ai|<\|)/iu;

export function looksLikeInstruction(text: string): boolean {
  return INSTRUCTION.test(text);
}

/** The quotable sentences of passages, in order: no headings, no questions, nothing that gives the model orders. */
export function sourcesOf(passages: readonly Passage[]): Source[] {
  return passages.flatMap((passage) => {
    const sentences = splitSentences(passage.text);
    const orders = sentences.findIndex(looksLikeInstruction);
    return (orders < 0 ? sentences : sentences.slice(0, orders))
      .map((text, position) => ({ text, words: wordsOf(text), passage, position }))
      .filter(({ text, words }) => words.length >= 3 && !/\?["')\]]*$/u.test(text));
  });
}
