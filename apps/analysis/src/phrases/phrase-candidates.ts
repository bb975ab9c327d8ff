import type { Span } from '@llmos/contracts';
import { partsOfSpeech, type PartOfSpeech } from '../text/parts-of-speech.js';
import { isStopWord } from '../text/stop-words.js';
import { wordsOf, type Word } from '../text/words.js';

export interface PhraseCandidate {
  /** Lower case, one space between words. */
  readonly key: string;
  /** Its first occurrence. */
  readonly first: Span;
  readonly words: number;
  readonly times: number;
}

interface TaggedWord extends Word {
  readonly tag: PartOfSpeech;
}

const MAX_WORDS = 5;
const MAX_CANDIDATES = 400;
/** Of longer texts only the beginning is searched. */
const MAX_CHARS = 20_000;
const NOUNS: ReadonlySet<PartOfSpeech> = new Set(['NOUN', 'PROPN']);
const INSIDE: ReadonlySet<PartOfSpeech> = new Set(['NOUN', 'PROPN', 'ADJ', 'NUM']);

/**
 * Noun phrases: sequences of adjectives and nouns that end with a noun. Of a longer phrase the last five words are
 * used, because English puts the noun last. Hyphenated words count as one (`high-resolution methods`). In text order.
 */
export function phraseCandidates(text: string, sentences: readonly Span[]): PhraseCandidate[] {
  const found = new Map<string, { first: Span; words: number; times: number }>();
  for (const { start, end } of sentences) {
    if (start >= MAX_CHARS) break;
    for (const phrase of phrasesOf(text.slice(start, Math.min(end, MAX_CHARS)), start)) {
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
    // Hyphenated words are one word, whatever the parts of speech of their parts.
    if (isHyphen(words, at) && phrase.length > 0) phrase.push({ ...word, tag: 'ADJ' });
    else if (isWord(word) && (isHyphen(words, at + 1) || isHyphen(words, at - 1)))
      phrase.push({ ...word, tag: NOUNS.has(tag) ? 'NOUN' : 'ADJ' });
    else if (isWord(word) && INSIDE.has(tag) && !isStopWord(word.text)) phrase.push({ ...word, tag });
    else close();
  });
  close();
  return phrases;
}

/** Cuts the phrase after its last noun, and at the front to the maximum length. */
function trimmed(phrase: readonly TaggedWord[]): TaggedWord[] {
  const kept = phrase.slice(0, phrase.findLastIndex(({ tag, text }) => NOUNS.has(tag) && /\p{L}{2}/u.test(text)) + 1);
  let words = 0;
  let from = kept.length;
  while (from > 0 && words < MAX_WORDS) if (kept[--from]!.text !== '-') words++;
  return kept.slice(from);
}

/** A hyphen between two words, without spaces. */
function isHyphen(words: readonly Word[], at: number): boolean {
  const [before, word, after] = [words[at - 1], words[at], words[at + 1]];
  if (word?.text !== '-' || !before || !after || !isWord(before) || !isWord(after)) return false;
  return before.end === word.start && word.end === after.start;
}

function isWord({ text }: Word): boolean {
  return /^[\p{L}\p{N}]/u.test(text) && text.length <= 40;
}
