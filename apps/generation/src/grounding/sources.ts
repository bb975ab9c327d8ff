import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { splitSentences } from './sentences.js';
import { wordsOf, type Word } from './words.js';

/** One sentence of a passage: an answer may quote it, and generated sentences are checked against it. */
export interface Source {
  readonly text: string;
  readonly words: readonly Word[];
  readonly passage: Passage;
  /** 0 for the first sentence of its passage. */
  readonly position: number;
}

/** Instructions to the model inside a passage: from there on, nothing is quoted or put into the prompt. */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:above|previous|prior|earlier|preceding|instructions?|prompts?|rules|everything|before)\b|\b(?:system prompt|you are now|from now on,? you|respond only|reply only|answer only with|as an ai|<\|)/iu;

export function looksLikeInstruction(text: string): boolean {
  return INSTRUCTION.test(text);
}

/** The quotable sentences of passages, in order: no headings, no questions, no instructions to the model. */
export function sourcesOf(passages: readonly Passage[]): Source[] {
  return passages.flatMap((passage) => {
    const sentences = splitSentences(passage.text);
    const instruction = sentences.findIndex(looksLikeInstruction);
    return (instruction < 0 ? sentences : sentences.slice(0, instruction))
      .map((text, position) => ({ text, words: wordsOf(text), passage, position }))
      .filter(({ text, words }) => words.length >= 3 && !/\?["')\]]*$/u.test(text));
  });
}
