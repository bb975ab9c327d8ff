import type { Source } from './sources.js';
import { normalise, wordSet, wordsOf, type Word } from './words.js';

/** A word of a sentence that must have a match in the source. */
interface Term {
  /** The word's key; that of a number includes its binder ("up to") and its unit ("day"). */
  readonly key: string;
  /** Its position among all words of the sentence. */
  readonly at: number;
  readonly kind: Word['kind'];
}

const NUMBER_BINDERS = wordSet(
  `up to within over under above below from about than more less between by until least most minimum maximum only`,
);
/**
 * Conditions that apply to a whole sentence, wherever they stand in it; other conditions apply to their neighbours.
 */
const SENTENCE_CONDITIONS = wordSet('if unless until only except when while whenever before after');
/** Words that make a statement less than a fact: "we can ask" promises less than "we ask" and "we will ask". */
const HEDGES = new Map([...classOf('may might should could would'), ...classOf('can')]);
/** Function words that carry a relation: "to" instead of "from", or "or" instead of "and", changes the statement. */
const LINKS = wordSet(`
  and or of in on at by for from with about to into onto over under up down out off through during between within
  per via as than
`);
const BE = wordSet('is are was were be been being am');
const PERSON = new Map([...classOf('we us our ours'), ...classOf('you your yours'), ...classOf('i me my mine')]);
const PRONOUNS = wordSet('it its they their this that these those he she there');
const CLAUSE_WORDS = wordSet('but because so although though');
const MIN_CONTENT = 2;
const MIN_TERMS = 3;

/**
 * The source that supports `sentence`: the one sentence of the passages that states it, if there is one. Whether it can
 * be said without its context is another question.
 *
 * The check is strict on purpose: rejecting a true sentence costs fluency, accepting a false one costs trust. Every
 * number (with unit and binder), name, negation, condition and content word must occur in one source, in the same
 * order and without skipped words, and the run must begin and end at the borders of a phrase. Conditions, hedges and
 * persons of the source must be kept.
 */
export function supportOf(sentence: string, sources: readonly Source[]): Source | undefined {
  const words = wordsOf(sentence);
  const terms = termsOf(words);
  const content = terms.filter((term) => term.kind === 'content').length;
  const text = flat(sentence);
  const verbatim = sources.find((source) => flat(source.sentence) === text);
  if (verbatim) return verbatim;
  if (content < MIN_CONTENT || terms.length < MIN_TERMS || !plausible(sentence)) return undefined;
  return sources.find((source) => pathsOccur(sentence, source.sentence) && isStatedBy({ words, terms }, source));
}

/** Rejects questions and text with list marks, markup or control tokens. */
function plausible(sentence: string): boolean {
  return !/[?*#|<{}\\]|\[|\]/u.test(sentence);
}

function flat(text: string): string {
  return normalise(text)
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/(?<![.!\s])[.!\s]+$/u, '')
    .trim();
}

function termsOf(words: readonly Word[]): Term[] {
  return words.flatMap((word, at) => (isTerm(word) ? [{ key: keyOf(words, at), at, kind: word.kind }] : []));
}

function isTerm(word: Word): boolean {
  return word.kind !== 'function' || LINKS.has(word.key);
}

/** `within 5 working days` → `within|#5|work`: a number has no meaning without the words around it. */
function keyOf(words: readonly Word[], at: number): string {
  const word = words[at]!;
  if (word.kind !== 'number') return word.key;
  const next = words[at + 1];
  const unit = next && !next.afterBreak && next.kind === 'content' ? next.key : '';
  const before = [words[at - 2], words[at - 1]].filter((other) => other && NUMBER_BINDERS.has(other.raw.toLowerCase()));
  return `${before.map((other) => other!.raw.toLowerCase()).join(' ')}|${word.key}|${unit}`;
}

function isStatedBy(said: { words: readonly Word[]; terms: readonly Term[] }, source: Source): boolean {
  const terms = termsOf(source.words);
  const last = terms.length - said.terms.length;
  for (let start = 0; start <= last; start++) {
    const run = terms.slice(start, start + said.terms.length);
    if (!run.every((term, i) => term.key === said.terms[i]!.key)) continue;
    const span = { from: run[0]!.at, to: run[run.length - 1]!.at };
    if (standsAlone(source.words, span) && keepsMeaning(said.words, source.words, span)) return true;
  }
  return false;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Whether a run of words begins and ends at the borders of a phrase, so that no "express" or "virtual" is cut off. What
 * follows in brackets may be its limit: "free (for students)".
 */
function standsAlone(words: readonly Word[], { from, to }: Span): boolean {
  const before = words[from - 1];
  const after = words[to + 1];
  const cutLeft = before !== undefined && before.kind !== 'function' && !words[from]!.afterBreak;
  const cutRight = after !== undefined && (after.afterBracket || (after.kind !== 'function' && !after.afterBreak));
  return !cutLeft && !cutRight;
}

function keepsMeaning(said: readonly Word[], source: readonly Word[], span: Span): boolean {
  const clause = clauseOf(source, span);
  return (
    count(said, isNegation) === count(clause, isNegation) &&
    sameSet(said, source, (word) => (SENTENCE_CONDITIONS.has(word) ? word : undefined)) &&
    sameSet(said, clause, (word) => HEDGES.get(word)) &&
    within(said, clause, (word) => (BE.has(word) ? 'be' : undefined)) &&
    samePersons(said, clause) &&
    samePronoun(said, source)
  );
}

/** The span with the words up to the next comma, colon or contrasting conjunction on either side. */
function clauseOf(words: readonly Word[], { from, to }: Span): Word[] {
  let start = from;
  while (start > 0 && !words[start]!.afterBreak && !CLAUSE_WORDS.has(words[start - 1]!.raw.toLowerCase())) start--;
  let end = to;
  while (end + 1 < words.length && !words[end + 1]!.afterBreak && !CLAUSE_WORDS.has(words[end + 1]!.raw.toLowerCase()))
    end++;
  return words.slice(start, end + 1);
}

function isNegation(word: Word): boolean {
  return word.kind === 'negation';
}

function count(words: readonly Word[], wanted: (word: Word) => boolean): number {
  return words.filter(wanted).length;
}

/** Each word with the first of them as its class. */
function classOf(words: string): [string, string][] {
  const [first = '', ...others] = words.split(' ');
  return [first, ...others].map((word) => [word, first]);
}

type Classify = (word: string) => string | undefined;

function classesOf(words: readonly Word[], classify: Classify): string[] {
  return words.map((word) => classify(word.raw.toLowerCase())).filter((name) => name !== undefined);
}

function within(said: readonly Word[], source: readonly Word[], classify: Classify): boolean {
  const there = new Set(classesOf(source, classify));
  return classesOf(said, classify).every((name) => there.has(name));
}

function sameSet(said: readonly Word[], source: readonly Word[], classify: Classify): boolean {
  return within(said, source, classify) && within(source, said, classify);
}

/** "We send you a card" must not become "you send us a card": the persons must come in the source's order. */
function samePersons(said: readonly Word[], clause: readonly Word[]): boolean {
  const rest = classesOf(clause, (word) => PERSON.get(word));
  return classesOf(said, (word) => PERSON.get(word)).every((person) => {
    const found = rest.indexOf(person);
    rest.splice(0, found + 1);
    return found >= 0;
  });
}

/** "It takes 2 days" is less than "Express delivery takes 2 days": a leading pronoun must be the source's own. */
function samePronoun(said: readonly Word[], source: readonly Word[]): boolean {
  const first = said[0]?.raw.toLowerCase() ?? '';
  return !PRONOUNS.has(first) || first === source[0]?.raw.toLowerCase();
}

/** A menu path must occur in the source word for word. */
function pathsOccur(sentence: string, source: string): boolean {
  const paths = normalise(sentence).match(/\S+(?:\s+>\s+\S+)+/gu) ?? [];
  const there = flat(source);
  return paths.every((path) => there.includes(flat(path).replace(/[,;:]$/u, '')));
}
