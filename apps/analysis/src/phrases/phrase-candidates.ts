import type { Span } from '@llmos/contracts';
import { partsOfSpeech, type PartOfSpeech } from '../text/parts-of-speech.js';
import { isStopWord } from '../text/stop-words.js';
import type { Word } from '../text/words.js';
import { hasUnit, isQuantity, wordsAndQuantities } from './quantities.js';

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
 * used, because English puts the noun last. Hyphenated words count as one (`high-resolution methods`), and so do
 * numbers with their signs and decimals (`$2.5 billion investment`). In text order.
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
  const words = wordsAndQuantities(sentence, offset);
  const tags = partsOfSpeech(words);
  const phrases: TaggedWord[][] = [];
  let phrase: TaggedWord[] = [];
  const close = (): void => {
    const kept = trimmed(phrase);
    if (kept.length > 0) phrases.push(kept);
    phrase = [];
  };
  words.forEach((word, at) => {
    const tag = isQuantity(word) ? 'NUM' : isModelName(words, at) ? 'PROPN' : tags[at]!;
    if (tag === 'NUM' && /^\p{Ll}+s$/u.test(phrase.at(-1)?.text ?? '')) {
      phrase = withoutVerb(phrase);
      close();
    }
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
  const kept = phrase.slice(0, phrase.findLastIndex((word, at) => mayEnd(word, phrase[at - 1])) + 1);
  let words = 0;
  let from = kept.length;
  while (from > 0 && words < MAX_WORDS) if (kept[--from]!.text !== '-') words++;
  return kept.slice(from);
}

/** A word on -s before a number is mostly a verb: `the wine costs 9.90 euros`, `the bus seats 189 people`. */
function withoutVerb(phrase: readonly TaggedWord[]): TaggedWord[] {
  return phrase.length > 1 ? phrase.slice(0, -1) : [...phrase];
}

/** A noun, a sum or a percentage, or the number of a model: `Tesla Model 3`. */
function mayEnd(word: TaggedWord, before: TaggedWord | undefined): boolean {
  const isNoun = NOUNS.has(word.tag) && /\p{L}{2}/u.test(word.text);
  const isModel =
    /\p{N}/u.test(word.text) && before !== undefined && NOUNS.has(before.tag) && /\p{Lu}/u.test(before.text);
  return isNoun || isModel || (word.tag === 'NUM' && hasUnit(word));
}

/** A hyphen between two words, without spaces. */
function isHyphen(words: readonly Word[], at: number): boolean {
  const [before, word, after] = [words[at - 1], words[at], words[at + 1]];
  if (word?.text !== '-' || !before || !after || !isWord(before) || !isWord(after)) return false;
  return before.end === word.start && word.end === after.start;
}

/** A capitalised word after a name or a number: `iPhone 15 Pro Max`. */
function isModelName(words: readonly Word[], at: number): boolean {
  const [before, word] = [words[at - 1], words[at]!];
  return before !== undefined && /^\p{Lu}/u.test(word.text) && /\p{Lu}|\p{N}/u.test(before.text);
}

function isWord({ text }: Word): boolean {
  return /^(?:\p{Sc} ?)?[\p{L}\p{N}]/u.test(text) && text.length <= 40;
}
