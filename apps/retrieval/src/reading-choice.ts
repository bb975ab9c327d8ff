import type { InputOf } from '@llmos/contracts';
import type { Passage, search } from '@llmos/contracts/capabilities/retrieval';
import { contentOf, normalizeTerm } from './terms.js';

/** What one reading of a query finds. */
export interface Found {
  readonly text: string;
  readonly passages: Passage[];
  readonly documents: number;
}

/** From this probability on, a document answers. */
export const ANSWERS = 0.5;
/** A message that seems to refer back is understood alone only if it is answered this surely. */
const SURE = 0.8;
/**
 * In the joined text the earlier question outweighs the message, and finds what was answered already: the message alone
 * counts too, the less it says by itself.
 */
const OWN_SHARE = { certain: 0.25, likely: 0.4, possible: 0.4 };
/** Below it, generation does not even ask back. What neither reading finds is asked as the customer wrote it. */
const FOUND = 0.2;
/** A message with so many words of content that the document does not have is about something else. */
const MAX_FOREIGN_WORDS = 3;
/** A message with no more words of content may leave out what it is about: "do I need a deposit" asks about what was named. */
const MAX_SHORT_WORDS = 2;

/** The relevance of the best document. */
export function relevanceOf(passages: readonly Passage[]): number {
  return passages[0]?.relevance ?? 0;
}

/** The ways to read a question: alone, and as a follow-up of what was asked before. */
export interface Readings {
  alone(): Promise<Found>;
  /** What was asked before and the message as one text; the message alone has this share of the evidence, 0 to 1. */
  inContext?(ownShare: number): Promise<Found>;
}

/** Chooses the reading that the documents answer best, and the one with context only if the message needs it. */
export async function chooseReading(
  readings: Readings,
  followUp: InputOf<typeof search>['followUp'] = 'possible',
): Promise<Found> {
  if (!readings.inContext) return readings.alone();
  if (followUp === 'certain') return readings.inContext(OWN_SHARE.certain);
  const alone = await readings.alone();
  const relevance = relevanceOf(alone.passages);
  if (relevance >= SURE) return alone;
  const isShort = new Set(contentOf(alone.text)).size <= MAX_SHORT_WORDS;
  if (followUp === 'possible' && relevance >= ANSWERS && !isShort) return alone;
  const inContext = await readings.inContext(OWN_SHARE[followUp]);
  if (followUp === 'possible' && relevance >= ANSWERS) return staysInContext(inContext, alone) ? inContext : alone;
  const { passages } = inContext;
  const isAlone = followUp === 'possible' && (relevanceOf(passages) < FOUND || isForeign(alone.text, passages));
  return isAlone ? alone : inContext;
}

/**
 * Whether a message that cannot stand alone names, in a word or two, another part of the document that surely answered what
 * was asked before: "and on Sundays?"
 *
 * @param best passage of that document
 * @param all texts of that document
 */
export function namesPartOf(message: string, best: Passage, all: readonly { readonly text: string }[]): boolean {
  const named = new Set(contentOf(message).map((word) => normalizeTerm(word)!));
  if (named.size === 0 || named.size > MAX_SHORT_WORDS || relevanceOf([best]) < SURE) return false;
  const there = new Set(all.flatMap(({ text }) => contentOf(text)).map((word) => normalizeTerm(word)!));
  return [...named].every((word) => there.has(word));
}

/** Whether the best document has all words of the message, and answers more surely than any does alone. */
function staysInContext({ passages }: Found, alone: Found): boolean {
  const [best] = passages;
  if (!best || relevanceOf(passages) <= relevanceOf(alone.passages)) return false;
  const there = new Set(stemsIn(passages.filter(({ document }) => document === best.document)));
  return contentOf(alone.text).every((word) => there.has(normalizeTerm(word)!));
}

function stemsIn(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ title, text }) => contentOf(`${title} ${text}`).map((word) => normalizeTerm(word)!));
}

/** Whether a message says much, and nothing of it stands in the document that was asked about before. */
function isForeign(message: string, passages: readonly Passage[]): boolean {
  const [best] = passages;
  const words = new Set(contentOf(message));
  const there = passages
    .filter(({ document }) => document === best?.document)
    .flatMap(({ title, text }) => contentOf(`${title} ${text}`));
  return words.size >= MAX_FOREIGN_WORDS && !there.some((word) => words.has(word));
}
