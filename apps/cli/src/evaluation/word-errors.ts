import { spokenWords } from './spoken-words.js';

export interface WordErrors {
  /** In the reference. */
  readonly words: number;
  /** Substituted, left out and put in. */
  readonly errors: number;
}

/** Word errors of a transcript: the Levenshtein distance over {@link spokenWords}. Their sum over all words is the WER. */
export function wordErrors(reference: string, heard: string): WordErrors {
  const expected = spokenWords(reference);
  return { words: expected.length, errors: editDistance(expected, spokenWords(heard)) };
}

/** The fewest insertions, deletions and substitutions that turn one list into the other (Wagner and Fischer, 1974). */
export function editDistance(from: readonly string[], to: readonly string[]): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  from.forEach((word, index) => {
    const next = [index + 1];
    to.forEach((other, column) => {
      const substituted = row[column]! + (word === other ? 0 : 1);
      next.push(Math.min(substituted, row[column + 1]! + 1, next[column]! + 1));
    });
    row = next;
  });
  return row[to.length]!;
}
