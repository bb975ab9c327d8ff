import type { Source } from './sources.js';
import { supportOf } from './support.js';
import { wordSet, wordsOf, type Word } from './words.js';

const CONDITIONAL = 'if|when|unless|until|once|after|before|while';
const FRONTED = new RegExp(`^((?:in|within|on|at|during|for|from|${CONDITIONAL})\\s[^,]+),\\s+(.+?)[.!]*$`, 'iu');
const TRAILING = new RegExp(`\\s(?=(?:${CONDITIONAL})\\s)`, 'giu');
const JOINT = /(?:[,;]\s+(?:and|but|while|whereas)|;|\s(?:and|but))\s+/giu;
/** List marks, markup and questions. */
const MARKS = /[?*#|<{}\\[\]]/u;
/**
 * A short name for the words before it: `an international transfer (SWIFT)`. It says nothing more. Shorter ones may be
 * places, and words may be limits: "free (UK)", "free (students)".
 */
const ALIAS = /(?<=\p{Ll})\s\([A-Z]{4,8}\)/gu;
const ARTICLES = wordSet('a an the');
/** Verbs that begin what is said of a subject, and that are no nouns. */
const PREDICATES = wordSet(
  'is are was were has have can may must will takes costs needs lasts works arrives includes requires gives',
);
/** With one of these, a part of the sentence may apply to less than its subject, or only together with the rest. */
const NESTING = wordSet('that which who whose whom where both either neither only or');
/** A sentence has few places where it could be taken apart; more are the sign of a text that is no sentence. */
const MAX_PLACES = 6;
/** Longer phrases are no adverbials of time and place. */
const MAX_FRONTED_WORDS = 6;

/**
 * The sources of a sentence: the one that states it, in its own order, with a condition, a time or a place at the other
 * end, without the first of two things that it says of its subject, or without another name in brackets; or the two whose statements it joins with "and"
 * or "but". Empty when no source states it.
 *
 * Other rearrangements are not accepted: without grammar nothing tells whether they keep the meaning.
 */
export function supportsOf(sentence: string, sources: readonly Source[]): Source[] {
  const found = supportsIn(sentence, sources);
  if (found.length > 0) return found;
  const plain = new Map(sources.filter(hasAlias).map((source) => [withoutAlias(source), source]));
  return supportsIn(sentence, [...plain.keys()]).map((source) => plain.get(source)!);
}

function hasAlias({ sentence }: Source): boolean {
  return sentence.search(ALIAS) >= 0;
}

function withoutAlias(source: Source): Source {
  const sentence = source.sentence.replace(ALIAS, '');
  return { ...source, sentence, words: wordsOf(sentence) };
}

function supportsIn(sentence: string, sources: readonly Source[]): Source[] {
  const one = supportOf(sentence, sources);
  if (one) return [one];
  if (MARKS.test(sentence)) return [];
  const other = rearrangedSupport(sentence, sources) ?? shortenedSupport(sentence, sources);
  return other ? [other] : joinedSupport(sentence, sources);
}

/** The source that is the sentence with its first phrase last, or its last condition first, and no other word. */
function rearrangedSupport(sentence: string, sources: readonly Source[]): Source | undefined {
  const variants = [...fronted(sentence), ...trailing(sentence)].map((text) => keysOf(wordsOf(text)));
  return sources.find((source) => variants.includes(keysOf(source.words)));
}

/** `In the UK, cards work.` → `cards work In the UK` */
function fronted(sentence: string): string[] {
  const [, phrase = '', rest = ''] = FRONTED.exec(sentence.trim()) ?? [];
  if (rest === '') return [];
  return isCondition(phrase) || isTimeOrPlace(phrase, sentence) ? [`${rest} ${phrase}`] : [];
}

/** `Call us if the card is lost.` → `if the card is lost, Call us` */
function trailing(sentence: string): string[] {
  const text = sentence.trim().replace(/(?<![.!])[.!]+$/u, '');
  return [...text.matchAll(TRAILING)]
    .slice(0, MAX_PLACES)
    .map(({ index }) => `${text.slice(index).trim()}, ${text.slice(0, index)}`);
}

function isCondition(phrase: string): boolean {
  return new RegExp(`^(?:${CONDITIONAL})\\s`, 'iu').test(phrase);
}

/**
 * Whether a phrase applies to all of the sentence: `in the UK` does, `in dollars` may belong to the word before it. With
 * a negation or "only", the place of a phrase decides what is excluded.
 */
function isTimeOrPlace(phrase: string, sentence: string): boolean {
  const words = wordsOf(phrase);
  const isSpecific = words.slice(1).some(({ kind, name }) => kind === 'number' || name);
  const isLimited = wordsOf(sentence).some(({ kind, raw }) => kind === 'negation' || raw.toLowerCase() === 'only');
  return isSpecific && !isLimited && words.length <= MAX_FRONTED_WORDS;
}

/** The source that says something else of the same subject before: `Delivery [costs £6 and] takes 2 days`. */
function shortenedSupport(sentence: string, sources: readonly Source[]): Source | undefined {
  const keys = keysOf(wordsOf(sentence));
  return sources.find(({ words }) => {
    const first = words.findIndex(isPredicate);
    const last = words.findLastIndex((word, at) => isPredicate(word) && words[at - 1]?.raw.toLowerCase() === 'and');
    if (first < 1 || last <= first || !words.every(isPlain)) return false;
    return keysOf([...words.slice(0, first), ...words.slice(last)]) === keys;
  });
}

function isPredicate({ raw }: Word): boolean {
  return PREDICATES.has(raw.toLowerCase());
}

/** "Must" is a condition that stays with its verb. */
function isPlain({ kind, key, raw }: Word): boolean {
  return kind !== 'negation' && (kind !== 'condition' || key === 'must') && !NESTING.has(raw.toLowerCase());
}

/** All words but articles, in order. */
function keysOf(words: readonly Word[]): string {
  return words
    .filter(({ raw }) => !ARTICLES.has(raw.toLowerCase()))
    .map(({ key }) => key)
    .join(' ');
}

/** The source that is the sentence, with all its words but articles, in this order or rearranged. */
function wholeSupport(sentence: string, sources: readonly Source[]): Source | undefined {
  const keys = keysOf(wordsOf(sentence));
  return sources.find((source) => keysOf(source.words) === keys) ?? rearrangedSupport(sentence, sources);
}

/**
 * The sources of the two statements that a sentence joins, each of which is a whole sentence of theirs: parts of
 * sentences, joined, would say what nobody said.
 */
function joinedSupport(sentence: string, sources: readonly Source[]): Source[] {
  for (const joint of [...sentence.matchAll(JOINT)].slice(0, MAX_PLACES)) {
    const halves = [sentence.slice(0, joint.index), sentence.slice(joint.index + joint[0].length)];
    const found = halves.map((half) => wholeSupport(half, sources));
    if (found.every((source) => source !== undefined)) return found;
  }
  return [];
}
