/** One word, number or mark of a text: `text.slice(start, end)`. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Initials and dotted abbreviations with their dots (`U.S.`, `J.`), the possessive `'s` by itself, words and numbers
 * (an apostrophe inside stays: `O'Brien`, `don't`), then every other mark alone. Hyphens split: `London-based` is three.
 * A row of initials is tried from its start only.
 */
const WORD =
  /(?<![\p{L}\p{N}])(?<!(?<![\p{L}\p{M}\p{N}'’])\p{L}\.)(?:\p{L}\.)+(?![\p{L}\p{N}])|['’]s(?![\p{L}\p{N}])|[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’](?!s(?![\p{L}\p{N}]))\p{L}[\p{L}\p{M}\p{N}]*)*|\S/gu;

/** Splits a text the same way for training and for reading; the words are in order and do not overlap. */
export function wordsOf(text: string, offset = 0): Word[] {
  return Array.from(text.matchAll(WORD), (match) => ({
    text: match[0],
    start: match.index + offset,
    end: match.index + match[0].length + offset,
  }));
}
