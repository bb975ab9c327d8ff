import { readMarkdown } from './structure/markdown.js';
import { sentencesOf } from './structure/sentences.js';
import { unitsOf, type Unit } from './structure/units.js';

/** To be increased when the same document is cut differently: stored vectors are then stale. */
export const PASSAGE_RULES = 6;

/** A passage before it is indexed. */
export interface PassageDraft {
  /** Headings and units, each in a line: everything that an answer can quote. A heading that leads a unit is not repeated. */
  readonly text: string;
  /** The units alone: what the passage says. */
  readonly body: string;
  /** The headings above the units, outermost first. */
  readonly headings: readonly string[];
  readonly units: readonly Unit[];
}

/** Shorter pieces have too little content of their own. */
const MIN_WORDS = 40;
/** Longer pieces dilute their vector, and the embedding model reads only about 200 words. */
const MAX_WORDS = 120;
/** A part of steps is not cut before it is this long: later steps of a pipeline read a passage as a whole. */
const MOST_WORDS = 10 * MAX_WORDS;

interface SizedUnit extends Unit {
  readonly words: number;
}

/**
 * Cuts a document into passages of about 40 to 120 words, between units: short neighbours are joined, a longer
 * paragraph is cut between sentences. A question in a heading and its answer are a passage of their own. Steps are not
 * cut below 1,200 words, and may be longer. Every sentence is in a passage, in order; the lead of a list that is cut is in each of its parts. There is at least one passage.
 */
export function cutPassages(title: string, markdown: string): PassageDraft[] {
  const units = unitsOf(title, readMarkdown(markdown)).flatMap(splitLong);
  if (units.length === 0) return [draftOf([sized({ kind: 'text', text: title, headings: [] })])];
  return joinShort(units).map(draftOf);
}

/** The text that is embedded for a passage: with title and headings, because a passage alone lacks its topic. */
export function embeddingText(title: string, passage: PassageDraft): string {
  return [title, ...passage.headings, passage.body].join('\n');
}

const WIDE = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}';
const WORD = new RegExp(`[${WIDE}]{1,2}|[^\\s${WIDE}]{1,24}`, 'gu');

/** Words as the embedding model counts them: two characters are one in scripts without spaces. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0;
}

function draftOf(units: readonly SizedUnit[]): PassageDraft {
  const lines: string[] = [];
  let above: readonly string[] = [];
  for (const { headings, text } of units) {
    lines.push(...headings.filter((heading, n) => heading !== above[n] && !text.startsWith(heading)), text);
    above = headings;
  }
  return {
    text: lines.join('\n'),
    body: units.map(({ text }) => text).join('\n'),
    headings: [...new Set(units.flatMap(({ headings }) => headings))],
    units: units.map(({ kind, text, headings }) => ({ kind, text, headings })),
  };
}

function sized(unit: Unit): SizedUnit {
  return { ...unit, words: countWords(unit.text) };
}

function splitLong(unit: Unit): SizedUnit[] {
  const whole = sized(unit);
  const isOfSteps = unit.kind === 'steps' || unit.kind === 'part';
  if (whole.words <= (isOfSteps ? MOST_WORDS : MAX_WORDS)) return [whole];
  return packSentences(unit.text).map((text) => sized({ ...unit, kind: isOfSteps ? 'part' : 'text', text }));
}

/** Packs whole sentences into pieces of at most MAX_WORDS; only a longer sentence is cut. */
function packSentences(text: string): string[] {
  const packed: string[] = [];
  let piece = '';
  let words = 0;
  for (const part of sentencesOf(text).flatMap(cutSentence)) {
    const partWords = countWords(part);
    if (piece !== '' && words + partWords > MAX_WORDS) {
      packed.push(piece);
      piece = '';
      words = 0;
    }
    piece += part;
    words += partWords;
  }
  return [...packed, piece].map((filled) => filled.trim()).filter((filled) => filled !== '');
}

function cutSentence(sentence: string): string[] {
  const words = [...sentence.matchAll(WORD)];
  if (words.length <= MAX_WORDS) return [sentence];
  const cuts = [0];
  for (let at = MAX_WORDS; at < words.length; at += MAX_WORDS) cuts.push(words[at]?.index ?? sentence.length);
  return cuts.map((start, n) => sentence.slice(start, cuts[n + 1]));
}

function joinShort(units: readonly SizedUnit[]): SizedUnit[][] {
  const groups: SizedUnit[][] = [];
  for (const unit of units) {
    const last = groups.at(-1);
    if (last && belongsTo(last, unit)) last.push(unit);
    else groups.push([unit]);
  }
  return groups;
}

function belongsTo(group: readonly SizedUnit[], unit: SizedUnit): boolean {
  const before = group.at(-1)!;
  const size = group.reduce((words, { words: more }) => words + more, 0);
  if (unit.kind === 'part') return size + unit.words <= MOST_WORDS;
  if (before.kind === 'part' || asks(before) !== asks(unit)) return false;
  return (size < MIN_WORDS || unit.words < MIN_WORDS) && size + unit.words <= MAX_WORDS;
}

/** The question above a unit; undefined if its heading is none. */
function asks({ headings }: Unit): string | undefined {
  return headings.find((heading) => /\?["')\]]*$/u.test(heading));
}
