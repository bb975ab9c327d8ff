import type { Span } from '@llmos/contracts';
import { isStopWord } from '../text/stop-words.js';
import type { Word } from '../text/words.js';
import type { FoundName } from './name-tagger.js';

/** Words that say that a company takes another: the names on both sides are organisations, known or not. */
const TAKES =
  /^(?:acquir(?:e|es|ed|ing)|absorb(?:s|ed|ing)?|acquisitions?|takeovers?|buyouts?|mergers?|merg(?:e|es|ed|ing))$/;
/** The same for those who found a company: a person on one side. */
const FOUNDS = /^(?:founded|cofounded|founders?|cofounders?)$/;
/** Words for founding as well as for other beginnings. */
const STARTS = /^(?:started|established|launched|created|built|set)$/;
/** Words for things as well as for companies. */
const BUYS = /^(?:buy|buys|bought|buying|purchas(?:e|es|ed|ing)|sold)$/;
/** Verbs that take a company together with `over`, `up` or `out`. */
const TAKES_OVER = /^(?:take|takes|took|taken|taking|snap(?:s|ped)?|swallow(?:s|ed)?|gobbl(?:es|ed)|scoop(?:s|ed)?)$/;
const PARTICLE = /^(?:over|up|out)$/;
const BE = /^(?:is|are|was|were|been|being)$/;
/** After these a thing is bought, not a company. */
const ONE_OF_MANY = /^(?:an?|my|your|his|her|our|their|some|two|three|new|another|tickets?|shares?|stock)$/;
const CAPITAL = /^(?:\p{Lu}|[a-z]\p{Lu}|\p{N}+\p{Lu})/u;
const JOINT = /^[&’'-]$/;
/** Capitalised only because a sentence begins with them. */
const OPENING = /^(?:according|amid|behind|despite|earlier|finally|following|later|meanwhile|reportedly)$/i;
const DAY_OR_MONTH =
  /^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december)$/i;
const BREAK = /^[;:?!.]$/;
/** How far the name of a party may be from the verb, in words: `Instagram, the photo app, was bought by Facebook`. */
const REACH_WORDS = 9;
const CONFIDENCE = 0.6;

/** Names in words: from the word `first` to the word before `end`. */
interface Run {
  readonly first: number;
  readonly end: number;
}

/**
 * The names of a sentence, with the companies that are bought, buy or are founded as organisations (`Samsung acquired
 * Harman`, `Elena Rossi started Verdetta`). A person keeps its type, except for one word that was taken (`Harman was taken
 * over by Samsung`); a name that was found in part, or as a place, becomes the whole organisation.
 */
export function withDealParties(words: readonly Word[], names: readonly FoundName[]): FoundName[] {
  const runs = runsOfCapitals(words);
  const parties = new Set<Run>();
  const taken = new Set<Run>();
  words.forEach((word, at) => {
    const kind = kindOf(words, at);
    if (!kind) return;
    const [left, right] = [lastBefore(runs, at, words), firstAfter(runs, at, words)];
    const other = left ?? (right && firstAfter(runs, right.end, words));
    if (!right || !other) return;
    const people = [right, other].filter((run) => isPerson(spanOf(run, words), names)).length;
    const isThing = isOneOfMany(words, at, right) || people > 0;
    if (kind === 'takes' || (kind === 'buys' ? !isThing : people === 1)) parties.add(right).add(other);
    if (kind === 'takes' && left !== undefined && left.end === left.first + 1 && isPassive(words, at)) taken.add(left);
  });
  return [...parties].reduce((all, run) => withOrganisation(all, spanOf(run, words), taken.has(run)), [...names]);
}

function kindOf(words: readonly Word[], at: number): 'takes' | 'buys' | 'starts' | undefined {
  const word = words[at]!.text.toLowerCase();
  const isPhrase = TAKES_OVER.test(word) && PARTICLE.test(words[at + 1]?.text.toLowerCase() ?? '');
  if (TAKES.test(word) || FOUNDS.test(word) || isPhrase) return 'takes';
  if (STARTS.test(word)) return 'starts';
  return BUYS.test(word) ? 'buys' : undefined;
}

/** `was acquired by`, `has been taken over by` */
function isPassive(words: readonly Word[], verb: number): boolean {
  const isBy = (at: number): boolean => words[at]?.text === 'by';
  return (
    BE.test(words[verb - 1]?.text ?? '') && (isBy(verb + 1) || (isBy(verb + 2) && PARTICLE.test(words[verb + 1]!.text)))
  );
}

/** Sequences of capitalised words, without a function word, a day or a month at their beginning. */
function runsOfCapitals(words: readonly Word[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < words.length; at++) {
    if (!isName(words[at]) || isOpening(words[at]!)) continue;
    const first = at;
    while (isName(words[at + 1]) || (isJoint(words, at + 1) && isName(words[at + 2]))) at++;
    runs.push({ first, end: at + 1 });
  }
  return runs;
}

function isOpening({ text }: Word): boolean {
  return isStopWord(text) || OPENING.test(text) || DAY_OR_MONTH.test(text);
}

function isName(word: Word | undefined): boolean {
  return word !== undefined && CAPITAL.test(word.text);
}

function isJoint(words: readonly Word[], at: number): boolean {
  return JOINT.test(words[at]?.text ?? '');
}

function lastBefore(runs: readonly Run[], verb: number, words: readonly Word[]): Run | undefined {
  const at = beforeAside(verb, words);
  const run = runs.findLast(({ end }) => end <= at);
  return run && at - run.end <= REACH_WORDS && !isBroken(words, run.end, at) ? run : undefined;
}

/** `Siemens, based in Munich, acquired`, `Roche (Basel) acquired`: where the party ends; otherwise the place of the verb. */
function beforeAside(verb: number, words: readonly Word[]): number {
  const end = [verb - 1, verb - 2, verb - 3].find((place) => /^[,)]$/.test(words[place]?.text ?? ''));
  const opening = end !== undefined && words[end]!.text === ')' ? '(' : ',';
  const opens = (place: number): boolean => words[place]?.text === opening;
  if (end === undefined || words.slice(end, verb).some(isName)) return verb;
  for (let at = end - 2; at > Math.max(0, end - REACH_WORDS); at--)
    if (opens(at) && isName(words[at - 1]) && !isOpening(words[at - 1]!)) return at;
  return verb;
}

function firstAfter(runs: readonly Run[], at: number, words: readonly Word[]): Run | undefined {
  const run = runs.find(({ first }) => first > at || (first === at && at > 0));
  return run && run.first - at <= REACH_WORDS && !isBroken(words, at, run.first) ? run : undefined;
}

function isBroken(words: readonly Word[], from: number, to: number): boolean {
  return words.slice(from, to).some(({ text }) => BREAK.test(text));
}

function isOneOfMany(words: readonly Word[], verb: number, { first }: Run): boolean {
  return words.slice(verb + 1, first).some(({ text }) => ONE_OF_MANY.test(text.toLowerCase()));
}

function spanOf({ first, end }: Run, words: readonly Word[]): Span {
  return { start: words[first]!.start, end: words[end - 1]!.end };
}

function isPerson(span: Span, names: readonly FoundName[]): boolean {
  return names.some((name) => name.type === 'person' && overlap(name, span));
}

function withOrganisation(names: FoundName[], span: Span, isTaken: boolean): FoundName[] {
  const over = names.filter((name) => overlap(name, span));
  const isKnown = over.some(
    ({ type, start, end }) => (type === 'person' && !isTaken) || start < span.start || end > span.end,
  );
  if (isKnown) return names;
  const confidence = Math.max(
    CONFIDENCE,
    ...over.filter(({ type }) => type === 'organisation').map((n) => n.confidence),
  );
  return [...names.filter((name) => !over.includes(name)), { type: 'organisation', ...span, confidence }];
}

function overlap(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}
