import type { Span } from '@llmos/contracts';
import { isStopWord } from '../text/stop-words.js';
import { wordsOf, type Word } from '../text/words.js';

/** An aspect and the clause that expresses the opinion about it. */
export interface AspectTerm extends Span {
  readonly aspect: string;
  readonly clause: Span;
}

const DETERMINERS = new Set([
  'the',
  'my',
  'your',
  'our',
  'his',
  'her',
  'their',
  'its',
  'this',
  'that',
  'these',
  'those',
]);
const COPULAS = new Set(
  'is was are were be been seems seemed looks looked feels felt sounds smells tastes tasted works worked became gets got remains stays has had does did'.split(
    ' ',
  ),
);
const SPLITTERS = new Set([
  'but',
  'while',
  'although',
  'though',
  'however',
  'whereas',
  'yet',
  'except',
  'and',
  'because',
]);
/** Speakers, and words too general for an opinion. */
const NO_ASPECT = new Set(
  'time day days week year way lot bit thing things one people man woman guy everything something nothing anyone someone person moment times hours minutes today yesterday tomorrow first last same other rest end fact reason case part'.split(
    ' ',
  ),
);
const MAX_TERM_WORDS = 3;
const MAX_ASPECTS = 100;

/**
 * Finds aspect terms by their position in English: after a determiner (`the battery life`) or before a copula
 * (`food was`). A clause ends at a comma, a semicolon or a word such as `but`, if the rest has a verb of its own.
 */
export function aspectTerms(text: string, sentences: readonly Span[]): AspectTerm[] {
  const found: AspectTerm[] = [];
  for (const sentence of sentences) {
    for (const clause of clausesOf(text, sentence)) {
      const words = wordsOf(text.slice(clause.start, clause.end), clause.start);
      for (const term of termsOf(words)) {
        if (found.length >= MAX_ASPECTS) return found;
        found.push({ ...term, aspect: text.slice(term.start, term.end).toLowerCase(), clause });
      }
    }
  }
  return found;
}

/** The clauses of a sentence, each with a verb; a part without a verb belongs to the clause before it. */
export function clausesOf(text: string, sentence: Span): Span[] {
  const words = wordsOf(text.slice(sentence.start, sentence.end), sentence.start);
  const parts: Word[][] = [[]];
  for (const word of words) {
    const splits = /^[,;:–—-]$/.test(word.text) || SPLITTERS.has(word.text.toLowerCase());
    if (splits && parts.at(-1)!.length > 0) parts.push([]);
    parts.at(-1)!.push(word);
  }
  const clauses: Word[][] = [];
  for (const part of parts) {
    const last = clauses.at(-1);
    if (last && !(hasVerb(part) && hasVerb(last))) last.push(...part);
    else clauses.push([...part]);
  }
  return clauses.map(withoutJoint).flatMap((part) => {
    const [first, last] = [part[0], part.at(-1)];
    return first && last ? [{ start: first.start, end: last.end }] : [];
  });
}

/** Removes a comma or `although` at the start and a comma at the end: the head was trained on whole sentences. */
function withoutJoint(clause: readonly Word[]): readonly Word[] {
  const isJoint = ({ text }: Word): boolean => /^[,;:–—-]$/.test(text) || SPLITTERS.has(text.toLowerCase());
  const first = clause.findIndex((word) => !isJoint(word));
  return first < 0 ? [] : clause.slice(first, clause.findLastIndex((word) => !isJoint(word)) + 1);
}

const VERBS = new Set(
  'love like hate enjoy prefer dislike recommend want need have makes make made works work'.split(' '),
);

function hasVerb(words: readonly Word[]): boolean {
  return words.some(
    ({ text }) => COPULAS.has(text.toLowerCase()) || VERBS.has(text.toLowerCase()) || /(?:n't|ed)$/i.test(text),
  );
}

function termsOf(words: readonly Word[]): Span[] {
  const terms: Span[] = [];
  words.forEach((word, at) => {
    const before = words[at - 1]?.text.toLowerCase();
    const opens = isTermWord(word) && (before === undefined || !isTermWord(words[at - 1]!));
    if (!opens) return;
    let end = at;
    while (end < words.length && isTermWord(words[end]!)) end++;
    const after = words[end]?.text.toLowerCase() ?? '';
    const isSaidOf = COPULAS.has(after) || (before !== undefined && DETERMINERS.has(before));
    // In `the horribly slow checkout` the aspect is in the last words.
    const kept = words.slice(Math.max(at, end - MAX_TERM_WORDS), end).filter(({ text }) => !/ly$/i.test(text));
    const last = kept.at(-1);
    if (isSaidOf && last && !NO_ASPECT.has(last.text.toLowerCase()))
      terms.push({ start: kept[0]!.start, end: last.end });
  });
  return terms;
}

function isTermWord({ text }: Word): boolean {
  const lower = text.toLowerCase();
  return /^\p{L}{2}/u.test(text) && !isStopWord(text) && !COPULAS.has(lower) && !DETERMINERS.has(lower);
}
