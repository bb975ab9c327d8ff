import type { Span } from '@llmos/contracts';

/** A possible end of a sentence: punctuation with closing quotes or brackets, or a line break. */
const END = /(?<![.!?…])[.!?…]+["'”’)\]]*(?=\s|$)|\n\s*/gu;
/** A full stop after one of these, or after a single capital, does not end a sentence. */
const SHORTENED =
  /(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|e\.g|i\.e|Inc|Ltd|Co|Corp|No|Nos|approx|Ave|Rd|Gen|Col|Sen|Rep|Capt|Sgt|Lt|Fig|pp|cf|al)\.$/u;
/** Longer sentences are cut, so that the cost of later stages is bounded. */
const MAX_CHARS = 1_000;

/** The sentences of a text without surrounding white space, in order and without overlaps. */
export function sentencesOf(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  const close = (end: number): void => {
    spans.push(...piecesOf(text, start, end));
    start = end;
  };
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    if (match[0] === '.' && isAbbreviation(text, match.index, end)) continue;
    close(end);
  }
  close(text.length);
  return spans;
}

/** `Dr. Smith`, `J. Smith`, or a small letter after the full stop. */
function isAbbreviation(text: string, at: number, end: number): boolean {
  const before = text.slice(Math.max(0, at - 10), at + 1);
  const after = /\S/u.exec(text.slice(end, end + 20))?.[0] ?? '';
  return after !== '' && (/\p{Ll}/u.test(after) || SHORTENED.test(before));
}

function piecesOf(text: string, start: number, end: number): Span[] {
  const pieces: Span[] = [];
  for (let from = start; from < end;) {
    let to = Math.min(end, from + MAX_CHARS);
    if (to < end) to = cutBefore(text, from, to);
    const trimmed = trim(text, from, to);
    if (trimmed.end > trimmed.start) pieces.push(trimmed);
    from = to;
  }
  return pieces;
}

/** After the last white space, or else between two code points. */
function cutBefore(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s\S*$/u);
  if (space > 0) return from + space + 1;
  return /[\uD800-\uDBFF]/.test(text[to - 1] ?? '') ? to - 1 : to;
}

function trim(text: string, start: number, end: number): Span {
  const piece = text.slice(start, end);
  return { start: start + piece.length - piece.trimStart().length, end: start + piece.trimEnd().length };
}
