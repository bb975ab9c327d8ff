import type { Span } from '@llmos/contracts';
import { partsOfSpeech, type PartOfSpeech } from '../text/parts-of-speech.js';
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

interface TaggedWord extends Word {
  readonly tag: PartOfSpeech;
}

const MAX_WORDS = 5;
const MAX_CANDIDATES = 400;
/** A longer document has said its phrases by then. */
const READ_CHARS = 20_000;
const NOUNS: ReadonlySet<PartOfSpeech> = new Set(['NOUN', 'PROPN']);
const INSIDE: ReadonlySet<PartOfSpeech> = new Set(['NOUN', 'PROPN', 'ADJ', 'NUM']);

/**
 * Noun phrases: adjectives and nouns in a row that end with a noun, up to five words long; of a longer one its last five,
 * where English puts the noun. Hyphens join (`high-resolution methods`). First said first.
 */
export function phraseCandidates(text: string, sentences: readonly Span[]): PhraseCandidate[] {
  const found = new Map<string, { first: Span; words: number; times: number }>();
  for (const { start, end } of sentences) {
    if (start >= READ_CHARS) break;
    for (const phrase of phrasesOf(text.slice(start, Math.min(end, READ_CHARS)), start)) {
      const first = { start: phrase[0]!.start, end: phrase.at(-1)!.end };
      const key = text.slice(first.start, first.end).toLowerCase().replace(/\s+/g, ' ');
      const known = found.get(key);
      if (known) known.times++;
      else if (found.size < MAX_CANDIDATES)
        found.set(key, { first, words: phrase.filter(({ text: word }) => word !== '-').length, times: 1 });
    }
  }
  return [...found].map(([key, rest]) => ({ key, ...rest }));
}

function phrasesOf(sentence: string, offset: number): TaggedWord[][] {
  const words = wordsOf(sentence, offset);
  const tags = partsOfSpeech(words);
  const phrases: TaggedWord[][] = [];
  let phrase: TaggedWord[] = [];
  const close = (): void => {
    const kept = trimmed(phrase);
    if (kept.length > 0) phrases.push(kept);
    phrase = [];
  };
  words.forEach((word, at) => {
    const tag = tags[at]!;
    // What hyphens join is one word, whatever its parts are by themselves.
    if (isHyphen(words, at) && phrase.length > 0) phrase.push({ ...word, tag: 'ADJ' });
    else if (isWord(word) && (isHyphen(words, at + 1) || isHyphen(words, at - 1)))
      phrase.push({ ...word, tag: NOUNS.has(tag) ? 'NOUN' : 'ADJ' });
    else if (isWord(word) && INSIDE.has(tag) && !isStopWord(word.text)) phrase.push({ ...word, tag });
    else close();
  });
  close();
  return phrases;
}

/** Up to its last noun, and of that no more than the last words that are allowed. */
function trimmed(phrase: readonly TaggedWord[]): TaggedWord[] {
  const kept = phrase.slice(0, phrase.findLastIndex(({ tag, text }) => NOUNS.has(tag) && /\p{L}{2}/u.test(text)) + 1);
  let words = 0;
  let from = kept.length;
  while (from > 0 && words < MAX_WORDS) if (kept[--from]!.text !== '-') words++;
  return kept.slice(from);
}

/** Between two words, without a space. */
function isHyphen(words: readonly Word[], at: number): boolean {
  const [before, word, after] = [words[at - 1], words[at], words[at + 1]];
  if (word?.text !== '-' || !before || !after || !isWord(before) || !isWord(after)) return false;
  return before.end === word.start && word.end === after.start;
}

function isWord({ text }: Word): boolean {
  return /^[\p{L}\p{N}]/u.test(text) && text.length <= 40;
}
