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
const BUYS = /^(?:buy|buys|bought|buying|purchas(?:e|es|ed|ing)|sold|swallow(?:s|ed)?)$/;
/** Who owns is a company, as long as the tagger knows no better: `Renault owns Dacia`. */
const OWNS = /^(?:owns|owned|belongs|belonged)$/;
/** These are followed by both parties: `the takeover of Quillon Foods by Harvest Lane`. */
const DEAL = /^(?:acquisitions?|takeovers?|buyouts?|mergers?|founders?|cofounders?)$/;
const WITH_OTHER = /^(?:by|with|and|between)$/;
/** Words of headlines, where each word begins with a capital: `Microsoft Completes Acquisition of Nuance`. */
const HEADLINE =
  /^(?:completes?|completed|announces?|announced|closes|seals?|agrees?|plans?|eyes|mulls|talks|snaps?|gobbles|sells|stakes?|shares?|rivals?|units?|to)$/;
/** Verbs that take a company together with `over`, `up` or `out`. */
const TAKES_OVER = /^(?:take|takes|took|taken|taking|snap(?:s|ped)?|swallow(?:s|ed)?|gobbl(?:es|ed)|scoop(?:s|ed)?)$/;
/** Of these, what follows at once is taken. */
const TAKES_DIRECTLY = /^(?:acquir|absorb|merg|snap|swallow|scoop|gobbl)/;
const PARTICLE = /^(?:over|up|out)$/;
const BE = /^(?:is|are|was|were|been|being|got|gets)$/;
/** After these a thing is bought, not a company. */
/** What follows one of these is where it happened: `acquired a building in Leeds`. */
const WHERE = /^(?:in|at|near|outside|inside|within|across)$/;
const DETERMINER = /^(?:the|this|that|an?|my|your|his|her|our|their)$/;
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
  const unknown = new Set<Run>();
  const taken = new Set<Run>();
  words.forEach((word, at) => {
    const kind = kindOf(words, at);
    if (!kind) return;
    const [left, right] = [lastBefore(runs, at, words), firstAfter(runs, at, words)];
    if (right && WHERE.test(words[right.first - 1]!.text)) return;
    const other = left ?? (right && otherParty(runs, at, right, words));
    if (right && !left && isTakenAlone(words, at, right)) parties.add(right);
    if (!right || !other) return;
    const people = [right, other].filter((run) => isPerson(spanOf(run, words), names)).length;
    const isThing = isOneOfMany(words, at, right) || people > 0;
    if (kind === 'owns' && !isThing && !isOneOf(words, left)) unknown.add(right).add(other);
    if (kind === 'takes' || (kind === 'buys' && !isThing) || (kind === 'starts' && people === 1)) {
      parties.add(right).add(other);
      for (const run of listedAfter(right, runs, words)) unknown.add(run);
    }
    if (kind === 'takes' && left !== undefined) takenBy(words, at, left, right, names).forEach((run) => taken.add(run));
  });
  for (const run of unknown) if (!names.some((name) => overlap(name, spanOf(run, words)))) parties.add(run);
  return [...parties].reduce((all, run) => withOrganisation(all, spanOf(run, words), taken.has(run)), [...names]);
}

/** `It acquired Pixar in Paris`; not `I acquired German citizenship`. */
function isTakenAlone(words: readonly Word[], verb: number, { end }: Run): boolean {
  const word = words[verb]!.text.toLowerCase();
  const next = words[end]?.text ?? '';
  return TAKES.test(word) && !DEAL.test(word) && (isStopWord(next) || !/^\p{Ll}/u.test(next));
}

/** One word that a company takes is a company, also if it could be a person: `LVMH snapped up Tiffany`. */
function takenBy(words: readonly Word[], verb: number, left: Run, right: Run, names: readonly FoundName[]): Run[] {
  const isWord = ({ first, end }: Run): boolean => end === first + 1 && !/^['’]s$/.test(words[end]?.text ?? '');
  if (isPassive(words, verb)) return isWord(left) ? [left] : [];
  const isNext = right.first - verb <= 2 && TAKES_DIRECTLY.test(words[verb]!.text.toLowerCase());
  return isNext && isWord(right) && !isPerson(spanOf(left, words), names) ? [right] : [];
}

/** Where no party is before the verb: `the merger of A with B`, `acquired by A, B grew`. */
function otherParty(runs: readonly Run[], at: number, right: Run, words: readonly Word[]): Run | undefined {
  const other = firstAfter(runs, right.end, words);
  if (!other || WHERE.test(words[other.first - 1]!.text)) return undefined;
  if (words[at + 1]?.text === 'by') return other;
  const isDeal = DEAL.test(words[at]!.text.toLowerCase());
  const between = words.slice(right.end, other.first);
  return isDeal && between.some(({ text }) => WITH_OTHER.test(text)) ? other : undefined;
}

/** `Pixar, Marvel and Lucasfilm`: those after the first. */
function listedAfter(first: Run, runs: readonly Run[], words: readonly Word[]): Run[] {
  const listed: Run[] = [];
  for (let end = first.end; ;) {
    const link = words[end]?.text === ',' && words[end + 1]?.text === 'and' ? 'and' : words[end]?.text;
    const next = runs.find((run) => run.first === end + (words[end + 1]?.text === 'and' ? 2 : 1));
    if (!next || (link !== ',' && link !== 'and')) return [];
    listed.push(next);
    if (link === 'and') return listed;
    end = next.end;
  }
}

function kindOf(words: readonly Word[], at: number): 'takes' | 'buys' | 'starts' | 'owns' | undefined {
  const word = words[at]!.text.toLowerCase();
  const isPhrase = TAKES_OVER.test(word) && PARTICLE.test(words[at + 1]?.text.toLowerCase() ?? '');
  if (TAKES.test(word) || FOUNDS.test(word) || isPhrase) return 'takes';
  if (STARTS.test(word)) return 'starts';
  if (OWNS.test(word)) return 'owns';
  return BUYS.test(word) ? 'buys' : undefined;
}

/** `was acquired by`, `has been taken over by` */
function isPassive(words: readonly Word[], verb: number): boolean {
  const isBy = (at: number): boolean => words[at]?.text === 'by';
  return (
    BE.test(words[verb - 1]?.text ?? '') && (isBy(verb + 1) || (isBy(verb + 2) && PARTICLE.test(words[verb + 1]!.text)))
  );
}

/** Sequences of capitalised words, without a function word, a day or a month at their beginning, or a verb of a headline. */
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
  return word !== undefined && CAPITAL.test(word.text) && !isOfHeadline(word.text);
}

/** A verb, or a function word in capitals: `SAMSUNG BUYS HARMAN FOR $8 BILLION`. */
function isOfHeadline(text: string): boolean {
  const word = text.toLowerCase();
  const isDeal = [TAKES, BUYS, OWNS, HEADLINE].some((words) => words.test(word));
  return isDeal || (/^\p{Lu}{2,}$/u.test(text) && text !== 'US' && isStopWord(text));
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

/** `The flat belongs to Anna`, `my Kia` */
function isOneOf(words: readonly Word[], run: Run | undefined): boolean {
  return run !== undefined && DETERMINER.test(words[run.first - 1]?.text.toLowerCase() ?? '');
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
