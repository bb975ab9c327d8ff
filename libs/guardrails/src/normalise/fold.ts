import { homoglyphOf } from './homoglyphs.js';

/** A text in which two spellings that look alike are equal, and the way back to the original. */
export interface FoldedText {
  /** Lower case, compatibility forms and look-alikes replaced, accents and invisible characters gone. */
  readonly text: string;
  /** Of each UTF-16 unit of `text`: where the original character starts, in UTF-16 units of the original. */
  readonly starts: Int32Array;
  /** Of each UTF-16 unit of `text`: where the original character ends. */
  readonly ends: Int32Array;
  /** How many invisible characters (zero width, direction marks, tags) were dropped. */
  readonly invisible: number;
}

/** Soft hyphen, zero-width, direction and fill characters, variation selectors, tags: nobody sees them. */
const INVISIBLE =
  /^[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]$/u;
const MARK = /\p{M}/gu;

/** Folds for rules and word features: NFKC, then look-alikes, accents, case; linear time. */
export function foldText(original: string): FoldedText {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let invisible = 0;
  let at = 0;
  for (const character of original) {
    const end = at + character.length;
    const folded = foldCharacter(character);
    if (folded === undefined) invisible += 1;
    else {
      parts.push(folded);
      for (let unit = 0; unit < folded.length; unit++) {
        starts.push(at);
        ends.push(end);
      }
    }
    at = end;
  }
  return { text: parts.join(''), starts: Int32Array.from(starts), ends: Int32Array.from(ends), invisible };
}

/** `undefined` for what nobody sees. */
function foldCharacter(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return code >= 65 && code <= 90 ? character.toLowerCase() : character;
  if (INVISIBLE.test(character)) return undefined;
  const plain = character.normalize('NFKD').replace(MARK, '');
  return (homoglyphOf(plain) ?? plain).toLowerCase();
}
