import { homoglyphOf } from './homoglyphs.js';

/** A text in a form in which look-alike spellings are equal, with the positions in the original. */
export interface FoldedText {
  /** Lower case, compatibility forms and look-alikes replaced, accents and invisible characters removed. */
  readonly text: string;
  /** For each UTF-16 unit of `text`, the start of its character in the original, in UTF-16 units. */
  readonly starts: Int32Array;
  /** For each UTF-16 unit of `text`, the end of its character in the original. */
  readonly ends: Int32Array;
  /** The number of removed invisible characters (zero width, direction marks, tags). */
  readonly invisible: number;
}

/** Characters without a glyph: soft hyphen, zero-width, direction and fill characters, variation selectors, tags. */
const INVISIBLE =
  /^[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]$/u;
const MARK = /\p{M}/gu;

/**
 * Folds a text for rules and word features, per character: NFKD without accents, then look-alikes, case; linear time.
 *
 * @param lookAlikes false: letters of other scripts stay, for words of other languages.
 */
export function foldText(original: string, lookAlikes = true): FoldedText {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let invisible = 0;
  let at = 0;
  for (const character of original) {
    const end = at + character.length;
    const folded = foldCharacter(character, lookAlikes);
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

/** Undefined for an invisible character. */
function foldCharacter(character: string, lookAlikes: boolean): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return code >= 65 && code <= 90 ? character.toLowerCase() : character;
  if (INVISIBLE.test(character)) return undefined;
  const plain = enclosedLetter(code) ?? character.normalize('NFKD').replace(MARK, '');
  return ((lookAlikes || isPunctuation(plain) ? homoglyphOf(plain) : undefined) ?? plain).toLowerCase();
}

/** The first of each alphabet in circles, squares or brackets that has no compatibility form of one letter; flags. */
const ENCLOSED = [0x249c, 0x1f110, 0x1f130, 0x1f150, 0x1f170, 0x1f1e6];

function enclosedLetter(code: number): string | undefined {
  const first = ENCLOSED.find((start) => code >= start && code < start + 26);
  return first === undefined ? undefined : String.fromCharCode(97 + code - first);
}

function isPunctuation(character: string): boolean {
  return /^\p{P}$/u.test(character);
}
