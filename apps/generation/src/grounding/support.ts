import type { Source } from './sources.js';
import { normalise, wordsOf, type Word } from './words.js';

/** A word of a sentence that must be matched, as {@link termsOf} prepares it. */
interface Term {
  /** The word's key; a number's carries what binds it ("up to") and its unit ("day"). */
  readonly key: string;
  /** Its place among all words of the sentence. */
  readonly at: number;
  readonly kind: Word['kind'];
}

const NUMBER_BINDERS = new Set([
  'up',
  'to',
  'within',
  'over',
  'under',
  'above',
  'below',
  'from',
  'about',
  'than',
  'more',
  'less',
  'between',
  'by',
  'until',
  'least',
  'most',
  'minimum',
  'maximum',
  'only',
]);
/** Conditions that bind a whole sentence, wherever in it they stand; the others bind what they stand beside. */
const SENTENCE_CONDITIONS = new Set([
  'if',
  'unless',
  'until',
  'only',
  'except',
  'when',
  'while',
  'whenever',
  'before',
  'after',
]);
const HEDGES = new Set(['may', 'might', 'should', 'could']);
/** Small words that say how the others belong together: "to" for "from", or "or" for "and", is another statement. */
const LINKS = new Set(
  'and or of in on at by for from with about to into onto over under up down out off through during between within per via as than'.split(
    ' ',
  ),
);
const BE = new Set(['is', 'are', 'was', 'were', 'be', 'been', 'being', 'am']);
const PERSON: Readonly<Record<string, string>> = {
  we: 'we',
  us: 'we',
  our: 'we',
  ours: 'we',
  you: 'you',
  your: 'you',
  yours: 'you',
  i: 'i',
  me: 'i',
  my: 'i',
  mine: 'i',
};
const POINTERS = new Set(['it', 'its', 'they', 'their', 'this', 'that', 'these', 'those', 'he', 'she', 'there']);
const CLAUSE_WORDS = new Set(['but', 'because', 'so', 'although', 'though']);
const MIN_CONTENT = 2;
const MIN_TERMS = 3;

/**
 * The one passage sentence that says what `sentence` says, if there is one.
 *
 * Strict by intent: a true sentence turned down costs fluency, a false one let through costs trust. Every number (with
 * unit and binder), name, negation, condition and content word must occur in one source sentence, in the same order
 * and without skipping any of its words, beginning and ending where a phrase does; conditions, hedges and persons
 * of the source must still be there.
 */
export function supportOf(sentence: string, sources: readonly Source[]): Source | undefined {
  const words = wordsOf(sentence);
  const terms = termsOf(words);
  const content = terms.filter((term) => term.kind === 'content').length;
  const text = flat(sentence);
  const verbatim = sources.find((source) => flat(source.text) === text);
  if (verbatim) return verbatim;
  if (content < MIN_CONTENT || terms.length < MIN_TERMS || !plausible(sentence)) return undefined;
  return sources.find((source) => pathsOccur(sentence, source.text) && isSaidBy({ words, terms }, source));
}

/** A question or a text with list marks, markup or control tokens is not a sentence to say. */
function plausible(sentence: string): boolean {
  return !/[?*#|<{}\\]|\[|\]/u.test(sentence);
}

function flat(text: string): string {
  return normalise(text)
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/[.!\s]+$/u, '')
    .trim();
}

function termsOf(words: readonly Word[]): Term[] {
  return words.flatMap((word, at) => (isTerm(word) ? [{ key: keyOf(words, at), at, kind: word.kind }] : []));
}

function isTerm(word: Word): boolean {
  return word.kind !== 'function' || LINKS.has(word.key);
}

/** `within 5 working days` → `within|#5|work`: a number means nothing without what stands around it. */
function keyOf(words: readonly Word[], at: number): string {
  const word = words[at]!;
  if (word.kind !== 'number') return word.key;
  const next = words[at + 1];
  const unit = next && !next.afterBreak && next.kind === 'content' ? next.key : '';
  const before = [words[at - 2], words[at - 1]].filter((other) => other && NUMBER_BINDERS.has(other.raw.toLowerCase()));
  return `${before.map((other) => other!.raw.toLowerCase()).join(' ')}|${word.key}|${unit}`;
}

function isSaidBy(said: { words: readonly Word[]; terms: readonly Term[] }, source: Source): boolean {
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

/** Whether a run of words begins and ends where a phrase does, so that no "express" or "virtual" is cut off. */
function standsAlone(words: readonly Word[], { from, to }: Span): boolean {
  const before = words[from - 1];
  const after = words[to + 1];
  const cutLeft = before !== undefined && before.kind !== 'function' && !words[from]!.afterBreak;
  const cutRight = after !== undefined && after.kind !== 'function' && !after.afterBreak;
  return !cutLeft && !cutRight;
}

function keepsMeaning(said: readonly Word[], source: readonly Word[], span: Span): boolean {
  const clause = clauseOf(source, span);
  return (
    count(said, isNegation) === count(clause, isNegation) &&
    sameSet(said, source, (word) => (SENTENCE_CONDITIONS.has(word) ? word : undefined)) &&
    sameSet(said, clause, (word) => (HEDGES.has(word) ? 'hedge' : undefined)) &&
    within(said, clause, (word) => (BE.has(word) ? 'be' : undefined)) &&
    samePersons(said, clause) &&
    pointsAlike(said, source)
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

/** "We send you a card" must not become "you send us a card": the persons of what is said, in the source's order. */
function samePersons(said: readonly Word[], clause: readonly Word[]): boolean {
  const rest = classesOf(clause, (word) => PERSON[word]);
  return classesOf(said, (word) => PERSON[word]).every((person) => {
    const found = rest.indexOf(person);
    rest.splice(0, found + 1);
    return found >= 0;
  });
}

/** "It takes 2 days" says less than "Express delivery takes 2 days": a pointer needs the same pointer in the source. */
function pointsAlike(said: readonly Word[], source: readonly Word[]): boolean {
  const first = said[0]?.raw.toLowerCase() ?? '';
  return !POINTERS.has(first) || first === source[0]?.raw.toLowerCase();
}

/** A menu path must be in the source exactly as it is said. */
function pathsOccur(sentence: string, source: string): boolean {
  const paths = normalise(sentence).match(/\S+(?:\s+>\s+\S+)+/gu) ?? [];
  const there = flat(source);
  return paths.every((path) => there.includes(flat(path).replace(/[,;:]$/u, '')));
}
