/** A part of a text, `text.slice(start, end)` in UTF-16 code units, short enough for the encoder. */
export interface TextWindow {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface WindowOptions {
  /** The encoder's limit, with special tokens. Default: 256. */
  readonly maxTokens?: number;
  /** Overlap of consecutive windows, so that every word has context in one of them. Default: 32. */
  readonly overlapTokens?: number;
}

interface Word {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  readonly endsSentence: boolean;
}

const SPECIAL_TOKENS = 2;
/** Longer words are cut. */
const MAX_WORD_CHARS = 200;
const WORDS = new RegExp(`\\S{1,${MAX_WORD_CHARS}}`, 'gu');

/**
 * Cuts a long text into overlapping windows that fit the encoder, preferably at sentence ends.
 *
 * A text that fits, or without words, is one window. Token counts are estimated from the characters and rather too
 * high.
 */
export function windowsOf(text: string, { maxTokens = 256, overlapTokens = 32 }: WindowOptions = {}): TextWindow[] {
  const words = wordsOf(text);
  const room = maxTokens - SPECIAL_TOKENS;
  if (sumOf(words) <= room) return [{ start: 0, end: text.length, text }];
  const windows: TextWindow[] = [];
  let first = 0;
  for (;;) {
    const after = lastThatFits(words, first, room);
    const start = words[first]?.start ?? 0;
    const end = words[after - 1]?.end ?? text.length;
    windows.push({ start, end, text: text.slice(start, end) });
    if (after >= words.length) return windows;
    first = Math.max(first + 1, backBy(words, after, overlapTokens));
  }
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORDS), ({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    tokens: tokensOf(word),
    endsSentence: /[.!?…][)\]"'”’]*$/u.test(word),
  }));
}

/** WordPiece has one token for most short words, several for long and foreign words, and one per punctuation mark. */
function tokensOf(word: string): number {
  const plain = word.match(/[a-z]+/giu) ?? [];
  const whole = plain.reduce((sum, letters) => sum + (letters.length <= 7 ? 1 : Math.ceil(letters.length / 4)), 0);
  const others = word.length - plain.reduce((sum, letters) => sum + letters.length, 0);
  return whole + others;
}

function sumOf(words: readonly Word[]): number {
  return words.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** The index after the last word of a window: at the end of a sentence if the window's last third has one. */
function lastThatFits(words: readonly Word[], first: number, room: number): number {
  let tokens = 0;
  let sentence = 0;
  let after = first;
  for (; after < words.length; after++) {
    const word = words[after];
    if (!word || (tokens + word.tokens > room && after > first)) break;
    tokens += word.tokens;
    if (word.endsSentence && tokens > (room * 2) / 3) sentence = after + 1;
  }
  return after < words.length && sentence > first ? sentence : after;
}

function backBy(words: readonly Word[], after: number, overlap: number): number {
  let tokens = 0;
  let first = after;
  while (first > 0 && tokens + (words[first - 1]?.tokens ?? 0) <= overlap) tokens += words[--first]?.tokens ?? 0;
  return first;
}
