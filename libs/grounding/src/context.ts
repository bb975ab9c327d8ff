import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import { contentKeys, wordSet } from './words.js';

/** A sentence with what must be said before it, so that a listener knows what it is about. */
export interface SentenceInContext {
  readonly sentence: string;
  readonly before: readonly string[];
}

/** Longer references to earlier sentences are replaced by the heading. */
const MAX_BEFORE_CHARS = 400;
/** Share of a question's words that makes a sentence repeat the question. */
const RESTATED = 0.5;
const MAX_FRAGMENT_WORDS = 7;

const BACKWARD = `it its it's they their them this that these those he she his her such both either neither each`;
const CONNECTORS = `however but and so then also therefore otherwise instead afterwards additionally moreover furthermore
  alternatively likewise thus hence finally next meanwhile or nor still similarly consequently`;
const OPENERS = 'if when once after before until unless for in with by from on to because as without during while';
const REFERS_BACK = new RegExp(
  `^(?:(?:${alternatives(BACKWARD)}|${alternatives(CONNECTORS)})\\b|(?:${alternatives(OPENERS)})\\s+(?:do\\s+)?` +
    `(?:it|this|that|these|those|they|so|them)\\b|if (?:so|not)\\b|in (?:addition|that case|this case)\\b|` +
    `as a result\\b|for example\\b|for instance\\b)`,
  'iu',
);
const PRONOUN = new RegExp(`\\b(?:it|its|they|their|them|this|these|those)\\b`, 'iu');
const YES_OR_NO = /^(?:yes|no|yep|nope|sure|of course|certainly|absolutely|correct|not (?:yet|always|necessarily))\b/iu;
/** Begins like an answer that leaves out what was asked: `3 years.`, `Up to £500.`, `None.` */
const FRAGMENT =
  /^(?:[£$€¥]?\d|up to|within|about|around|approximately|from|between|at least|at most|only|over|under|free|none|nothing|never|always|usually|typically|normally)\b|^[£$€¥]/iu;
/** A number that answers alone: `21. The skipper …` */
const BARE_NUMBER = /^\d+\.\s/u;
const VERBS = wordSet('is are was were be can cannot may must will do does have has need needs costs takes');

function alternatives(words: string): string {
  return words.trim().split(/\s+/u).join('|');
}

/**
 * Adds to each sentence of a section the sentences that it refers to. A sentence that refers back (`It takes 5 days`,
 * `However, …`) follows the sentence before it; the first sentence of an answer follows its question, unless it repeats
 * it; a first sentence that is cut short or refers to nothing follows the heading or the title.
 */
export function inContext(sentences: readonly string[], lead: string): SentenceInContext[] {
  const told: SentenceInContext[] = [];
  for (const sentence of joinedYesAndNo(sentences)) {
    const last = told.at(-1);
    told.push({ sentence, before: last ? beforeNext(sentence, last, lead) : beforeFirst(sentence, lead) });
  }
  return told;
}

/** What introduces a section: the question in its heading, or the heading or the title with a colon. */
export function leadOf({ title }: Passage, { headings }: Pick<PassageUnit, 'headings'>): string {
  const [inner = title, outer = title] = headings.toReversed();
  const named =
    PRONOUN.test(inner) && inner !== outer ? `${outer.replace(/(?<![\s?.:])[\s?.:]+$/u, '')} – ${inner}` : inner;
  return isQuestion(named) ? named : `${named.replace(/(?<![\s.:])[\s.:]+$/u, '')}:`;
}

export function isQuestion(text: string): boolean {
  return /\?["')\]]*$/u.test(text);
}

function beforeNext(sentence: string, last: SentenceInContext, lead: string): readonly string[] {
  if (!REFERS_BACK.test(sentence)) return [];
  const before = [...last.before, last.sentence];
  return before.join(' ').length <= MAX_BEFORE_CHARS ? before : [lead];
}

/** What must be said before a sentence, a list or steps with which a section begins. */
export function beforeFirst(sentence: string, lead: string): readonly string[] {
  if (YES_OR_NO.test(sentence) || REFERS_BACK.test(sentence) || isFragment(sentence)) return [lead];
  return isQuestion(lead) && !restates(sentence, lead) ? [lead] : [];
}

function restates(sentence: string, question: string): boolean {
  const asked = [...contentKeys(question)];
  const there = contentKeys(sentence);
  return asked.filter((key) => there.has(key)).length >= RESTATED * asked.length;
}

function isFragment(sentence: string): boolean {
  const words = sentence.split(/\s+/u);
  if (words.length < 3 || BARE_NUMBER.test(sentence)) return true;
  return (
    words.length <= MAX_FRAGMENT_WORDS &&
    FRAGMENT.test(sentence) &&
    !words.some((word) => VERBS.has(word.toLowerCase().replace(/[^\p{L}]/gu, '')))
  );
}

/** `Yes.` alone says nothing: it is one sentence with the next. */
function joinedYesAndNo(sentences: readonly string[]): string[] {
  const joined: string[] = [];
  for (const sentence of sentences) {
    const last = joined.at(-1);
    if (last !== undefined && YES_OR_NO.test(last) && last.split(/\s+/u).length < 3)
      joined[joined.length - 1] = `${last} ${sentence}`;
    else joined.push(sentence);
  }
  return joined;
}
