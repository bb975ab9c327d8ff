import type { Span } from '@llmos/contracts';
import { decodedRuns } from './decode.js';
import { foldText, type FoldedText } from './fold.js';

/** One normalised reading of a text. */
export interface View {
  readonly kind: 'plain' | 'leet' | 'spaced' | 'decoded';
  /** Folded; see {@link foldText}. */
  readonly text: string;
  /** How the words were hidden, such as "base64"; absent if they are readable in the original. */
  readonly disguise?: string;
  /** The part of the original text that a part of this view comes from. */
  spanOf(start: number, end: number): Span;
}

/** All views of a text. */
export interface TextViews {
  readonly original: string;
  readonly folded: FoldedText;
  readonly views: readonly View[];
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
};
const WORD = /[a-z0-9@$!|]{3,}/g;
const MAX_LEET_CHARS = 24;
/** Single letters with separators between them. */
const SPACED_RUN = /(?<![a-z])[a-z](?:[ ._*-]{1,3}[a-z]){5,200}(?![a-z])/g;

/**
 * The views of a text that rules run on: folded, with leetspeak replaced by letters, with spaced-out letters joined,
 * and decoded from base64, hexadecimal, percent-encoding, entities, tag characters, rot13 or backward writing.
 */
export function viewsOf(original: string): TextViews {
  const folded = foldText(original);
  const spanOf = (start: number, end: number): Span => originalSpan(folded, start, end);
  const views: View[] = [{ kind: 'plain', text: folded.text, spanOf }];
  const spelled = folded.text.replace(WORD, spellOut);
  if (spelled !== folded.text) views.push({ kind: 'leet', text: spelled, disguise: 'leetspeak', spanOf });
  for (const match of folded.text.matchAll(SPACED_RUN)) {
    const span = spanOf(match.index, match.index + match[0].length);
    const text = match[0]
      .replace(/[ ._*-]{2,3}/g, '\n')
      .replace(/[ ._*-]/g, '')
      .replaceAll('\n', ' ');
    views.push({ kind: 'spaced', text, disguise: 'spaced-out letters', spanOf: () => span });
  }
  for (const { span, text, encoding } of decodedRuns(original, folded.text)) {
    views.push({ kind: 'decoded', text: foldText(text).text, disguise: encoding, spanOf: () => span });
  }
  return { original, folded, views };
}

function originalSpan({ starts, ends }: FoldedText, start: number, end: number): Span {
  const last = Math.max(start, end - 1);
  return { start: starts[start] ?? 0, end: ends[last] ?? ends[ends.length - 1] ?? 0 };
}

/** Replaces the digits and signs of a word that mixes them with letters by the letters they stand for. */
function spellOut(word: string): string {
  if (word.length > MAX_LEET_CHARS || !/[a-z]/.test(word) || !/[0134578@$!|][a-z0-9@$!|]/.test(word)) return word;
  return word.replace(/[0134578@$!|]/g, (sign) => LEET[sign] ?? sign);
}
