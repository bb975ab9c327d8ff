/** One word, number or punctuation mark of a text: `text.slice(start, end)`. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Initials and abbreviations with their dots (`U.S.`, `J.`); the possessive `'s`; words and numbers, with inner
 * apostrophes (`O'Brien`, `don't`); every other character alone. Hyphens split: `London-based` is three words. The
 * look-behind starts a row of initials only at its beginning, which keeps the time linear.
 */
const WORD =
  /(?<![\p{L}\p{N}])(?<!(?<![\p{L}\p{M}\p{N}'’])\p{L}\.)(?:\p{L}\.)+(?![\p{L}\p{N}])|['’]s(?![\p{L}\p{N}])|[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’](?!s(?![\p{L}\p{N}]))\p{L}[\p{L}\p{M}\p{N}]*)*|\S/gu;

/** Splits a text into words, in order and without overlaps. Training and analysis use the same function. */
export function wordsOf(text: string, offset = 0): Word[] {
  return Array.from(text.matchAll(WORD), (match) => ({
    text: match[0],
    start: match.index + offset,
    end: match.index + match[0].length + offset,
  }));
}
