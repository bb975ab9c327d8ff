/**
 * The position of a token in its text, in UTF-16 code units: `text.slice(start, end)`. A special token has no length.
 */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/** One character of the normalised text and its position in the original. */
interface NormalisedChar {
  readonly char: string;
  readonly start: number;
  readonly end: number;
}

/** Tokens without characters. */
const SPECIAL = new Set(['[CLS]', '[SEP]', '[PAD]']);
const CONTINUED = '##';
/** How far ahead a piece is searched if it does not follow the one before it. */
const RESYNC_CHARS = 256;

const blank = /^\s$/u;
const unseen = /^[\p{Cc}\p{Cf}\u{FFFD}]$/u;
const accent = /\p{Mn}/gu;
/** Characters that the pre-tokenizer splits off: punctuation (with all ASCII symbols) and Chinese characters. */
const alone = /^[\p{P}$+<=>^`|~\p{sc=Han}]$/u;

/**
 * Finds each WordPiece token in its text, because the tokenizer keeps no offsets: it lower-cases, strips accents and
 * drops control characters (BERT's normaliser). Tokens and text are read side by side.
 *
 * A piece that cannot be found (no known text causes it) gets an empty span at the current position.
 */
export function tokenSpans(text: string, tokens: readonly string[]): TokenSpan[] {
  const chars = normalised(text);
  let at = 0;
  return tokens.map((token, index) => {
    const outermost = index === 0 || index === tokens.length - 1;
    if (outermost && SPECIAL.has(token)) return emptyAt(chars, at, text.length);
    at = skipBlanks(chars, at);
    const length = token === '[UNK]' ? unknownLength(chars, at) : undefined;
    const piece = fold(Array.from(token.startsWith(CONTINUED) && token.length > 2 ? token.slice(2) : token).join(''));
    const from = length === undefined ? find(chars, at, Array.from(piece)) : at;
    if (from === undefined) return emptyAt(chars, at, text.length);
    at = from + (length ?? Array.from(piece).length);
    return { start: chars[from]?.start ?? text.length, end: chars[at - 1]?.end ?? text.length };
  });
}

function normalised(text: string): NormalisedChar[] {
  const chars: NormalisedChar[] = [];
  let start = 0;
  for (const original of text) {
    const end = start + original.length;
    if (blank.test(original)) chars.push({ char: ' ', start, end });
    else if (!unseen.test(original)) {
      for (const char of fold(original.toLowerCase().normalize('NFD').replace(accent, '')))
        chars.push({ char, start, end });
    }
    start = end;
  }
  return chars;
}

/** JavaScript lower-cases a sigma by its position in the word, which is unknown for a single character. */
function fold(text: string): string {
  return text.replaceAll('ς', 'σ');
}

function skipBlanks(chars: readonly NormalisedChar[], from: number): number {
  let at = from;
  while (chars[at]?.char === ' ') at++;
  return at;
}

/** An unknown token covers a whole word: up to the next blank or punctuation. */
function unknownLength(chars: readonly NormalisedChar[], from: number): number {
  if (
    chars
      .slice(from, from + 5)
      .map(({ char }) => char)
      .join('') === '[unk]'
  )
    return 5;
  let at = from;
  const separate = (char: string) => char === ' ' || alone.test(char);
  if (chars[at] && separate(chars[at]?.char ?? '')) return 1;
  while (chars[at] && !separate(chars[at]?.char ?? '')) at++;
  return at - from;
}

function find(chars: readonly NormalisedChar[], from: number, piece: readonly string[]): number | undefined {
  const last = Math.min(from + RESYNC_CHARS, chars.length - piece.length);
  const folded = piece.map((char) => char.toLowerCase());
  for (let at = from; at <= last; at++) if (folded.every((char, n) => chars[at + n]?.char === char)) return at;
  return undefined;
}

function emptyAt(chars: readonly NormalisedChar[], at: number, fallback: number): TokenSpan {
  const position = at === 0 ? 0 : (chars[at - 1]?.end ?? fallback);
  return { start: position, end: position };
}
