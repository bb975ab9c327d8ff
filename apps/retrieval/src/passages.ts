import { readBlocks, type MarkdownBlock } from './markdown-blocks.js';

/** To be increased when the same document is cut differently: stored vectors are then stale. */
export const PASSAGE_RULES = 1;

/** A passage before it is indexed. */
export interface PassageDraft {
  /** The quotable text: complete sentences, without Markdown marks and headings. */
  readonly text: string;
  /** The headings above it: searched, never quoted. */
  readonly headings: readonly string[];
}

/** Shorter pieces have too little content of their own. */
const MIN_WORDS = 40;
/** Longer pieces dilute their vector, and the embedding model reads only about 200 words. */
const MAX_WORDS = 120;

interface Unit {
  readonly text: string;
  readonly heading: string | undefined;
  readonly words: number;
}

/**
 * Cuts a document into passages of about 40 to 120 words, at paragraphs and headings. A list stays with the paragraph
 * before it; short neighbours are joined; a longer paragraph is cut between sentences. Every sentence is in exactly
 * one passage, in order. There is at least one passage.
 */
export function cutPassages(title: string, markdown: string): PassageDraft[] {
  const units = splitLongUnits(toUnits(readBlocks(markdown)));
  if (units.length === 0) return [{ text: title, headings: [] }];
  return joinShort(units).map((group) => ({
    text: group.map((unit) => unit.text).join('\n'),
    headings: [...new Set(group.flatMap((unit) => (unit.heading === undefined ? [] : [unit.heading])))],
  }));
}

/** The text that is embedded for a passage: with title and headings, because a passage alone lacks its topic. */
export function embeddingText(title: string, passage: PassageDraft): string {
  return [title, ...passage.headings, passage.text].join('\n');
}

const WIDE = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}';
const WORD = new RegExp(`[${WIDE}]{1,2}|[^\\s${WIDE}]{1,24}`, 'gu');

/** Words as the embedding model counts them: two characters are one in scripts without spaces. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0;
}

function toUnits(blocks: readonly MarkdownBlock[]): Unit[] {
  const withBody = blocks.some((block) => block.kind !== 'heading');
  const units: Unit[] = [];
  let heading: string | undefined;
  let leadIn = false;
  for (const block of blocks) {
    if (withBody && block.kind === 'heading') {
      heading = block.text;
      leadIn = false;
      continue;
    }
    const previous = block.kind === 'list' && leadIn ? units.pop() : undefined;
    units.push(unitOf(previous ? `${previous.text}\n${block.text}` : block.text, heading));
    leadIn = block.kind === 'paragraph';
  }
  return units;
}

function unitOf(text: string, heading: string | undefined): Unit {
  return { text, heading, words: countWords(text) };
}

function splitLongUnits(units: readonly Unit[]): Unit[] {
  return units.flatMap((unit) => {
    if (unit.words <= MAX_WORDS) return [unit];
    return packSentences(unit.text).map((text) => unitOf(text, unit.heading));
  });
}

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Packs whole sentences into pieces of at most MAX_WORDS; only a longer sentence is cut. */
function packSentences(text: string): string[] {
  const packed: string[] = [];
  let piece = '';
  let words = 0;
  for (const { segment } of sentences.segment(text)) {
    for (const part of cutSentence(segment)) {
      const partWords = countWords(part);
      if (piece !== '' && words + partWords > MAX_WORDS) {
        packed.push(piece);
        piece = '';
        words = 0;
      }
      piece += part;
      words += partWords;
    }
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

function joinShort(units: readonly Unit[]): Unit[][] {
  const groups: Unit[][] = [];
  for (const unit of units) {
    const last = groups.at(-1);
    const short = last !== undefined && (sizeOf(last) < MIN_WORDS || unit.words < MIN_WORDS);
    if (last && short && sizeOf(last) + unit.words <= MAX_WORDS) last.push(unit);
    else groups.push([unit]);
  }
  return groups;
}

function sizeOf(group: readonly Unit[]): number {
  return group.reduce((words, unit) => words + unit.words, 0);
}
