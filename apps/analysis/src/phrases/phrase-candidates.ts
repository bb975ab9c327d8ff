import type { Span } from '@llmos/contracts';
import { isStopWord } from '../text/stop-words.js';
import { wordsOf, type Word } from '../text/words.js';

export interface PhraseCandidate {
  /** Lower case, one space between words. */
  readonly key: string;
  /** Where it is first said. */
  readonly first: Span;
  readonly words: number;
  readonly times: number;
}

const MAX_WORDS = 4;
/** A longer document has said its phrases by then. */
const MAX_CANDIDATES = 400;

/**
 * Runs of words between stop words and marks, as RAKE takes them (Rose et al. 2010), up to four words long; of a longer
 * run its last four, where English puts the noun. First said first.
 */
export function phraseCandidates(text: string, sentences: readonly Span[]): PhraseCandidate[] {
  const found = new Map<string, { first: Span; words: number; times: number }>();
  for (const sentence of sentences) {
    for (const run of runsOf(wordsOf(text.slice(sentence.start, sentence.end), sentence.start))) {
      const kept = run.slice(-MAX_WORDS);
      const key = kept.map(({ text: word }) => word.toLowerCase()).join(' ');
      const known = found.get(key);
      if (known) known.times++;
      else if (found.size < MAX_CANDIDATES)
        found.set(key, { first: { start: kept[0]!.start, end: kept.at(-1)!.end }, words: kept.length, times: 1 });
    }
  }
  return [...found].map(([key, rest]) => ({ key, ...rest }));
}

function runsOf(words: readonly Word[]): Word[][] {
  const runs: Word[][] = [];
  let run: Word[] = [];
  const close = (): void => {
    while (run.length > 0 && !isNameable(run.at(-1)!.text)) run.pop();
    if (run.length > 0) runs.push(run);
    run = [];
  };
  for (const word of words) {
    if (/^[\p{L}\p{N}]/u.test(word.text) && !isStopWord(word.text) && word.text.length <= 40) run.push(word);
    else close();
  }
  close();
  return runs;
}

/** A phrase ends with a word of three letters or more, and not with an adverb or a verb in the past. */
function isNameable(word: string): boolean {
  return /\p{L}{2}/u.test(word) && word.length > 2 && !/(?:[^aeiou]ly|[a-z]{2}[^e]ed)$/i.test(word);
}
