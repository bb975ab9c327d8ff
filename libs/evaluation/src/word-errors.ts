import { spokenWords } from './spoken-words.js';

export interface WordErrors {
  /** Words of the reference. */
  readonly words: number;
  /** Substitutions, deletions and insertions. */
  readonly errors: number;
}

/** Word errors of a transcript: the Levenshtein distance over {@link spokenWords}. The WER is errors over words. */
export function wordErrors(reference: string, transcript: string): WordErrors {
  const expected = spokenWords(reference);
  return { words: expected.length, errors: editDistance(expected, spokenWords(transcript)) };
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
