/** A piece of a text, `text.slice(start, end)` of the whole in UTF-16 code units, small enough to be encoded uncut. */
export interface TextWindow {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface WindowOptions {
  /** What the encoder takes, special tokens included. Default 256. */
  readonly maxTokens?: number;
  /** How much of a window its successor sees again, so nothing is only ever seen at an edge. Default 32. */
  readonly overlapTokens?: number;
}

interface Word {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  readonly endsSentence: boolean;
}

const SPECIAL_TOKENS = 2;
/** A longer word is cut: nothing in it past this is language. */
const MAX_WORD_CHARS = 200;
const WORDS = new RegExp(`\\S{1,${MAX_WORD_CHARS}}`, 'gu');

/**
 * Cuts a long text into overlapping windows that the encoder can take whole, at sentence ends where one is near.
 *
 * A text that fits is one window, itself; so is one without words. Token counts are estimated from the characters, on
 * the high side.
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

/** WordPiece knows most short words whole; long and foreign ones fall into pieces, punctuation stands alone. */
function tokensOf(word: string): number {
  const plain = word.match(/[a-z]+/giu) ?? [];
  const whole = plain.reduce((sum, letters) => sum + (letters.length <= 7 ? 1 : Math.ceil(letters.length / 4)), 0);
  const others = word.length - plain.reduce((sum, letters) => sum + letters.length, 0);
  return whole + others;
}

function sumOf(words: readonly Word[]): number {
  return words.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** The index after the last word of a window: at a sentence's end if one lies in the window's last third. */
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
