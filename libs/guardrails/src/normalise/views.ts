import type { Span } from '@llmos/contracts';
import { decodedRuns } from './decode.js';
import { foldText, type FoldedText } from './fold.js';

/** One normalised reading of a text. */
export interface View {
  /** `native`: letters of other scripts are kept, although they look like Latin ones. */
  readonly kind: 'plain' | 'native' | 'leet' | 'spaced' | 'decoded';
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
const ASCII = /^\p{ASCII}*$/u;
const MIN_LEET_WORDS = 2;
/** A few invisible characters come from copying; many hide something. */
export const MANY_INVISIBLE = 4;
const MAX_LEET_CHARS = 24;
/** Single letters with separators between them. */
const SPACED_RUN = /(?<![a-z])[a-z](?:[ ._*/\n-]{1,5}[a-z]){5,400}(?![a-z])/g;

/**
 * The views of a text that rules run on: folded, with leetspeak replaced by letters, with spaced-out letters joined,
 * and decoded from base64, hexadecimal, percent-encoding, entities, tag characters, rot13 or backward writing.
 */
export function viewsOf(original: string): TextViews {
  const folded = foldText(original);
  const spanOf = (start: number, end: number): Span => originalSpan(folded, start, end);
  const views: View[] = [{ kind: 'plain', text: folded.text, spanOf }, ...nativeView(original, folded.text)];
  const spelled = folded.text.replace(WORD, spellOut);
  if (spelled !== folded.text) views.push({ kind: 'leet', text: spelled, disguise: 'leetspeak', spanOf });
  for (const match of folded.text.matchAll(SPACED_RUN)) {
    const span = spanOf(match.index, match.index + match[0].length);
    views.push({ kind: 'spaced', text: joined(match[0]), disguise: 'spaced-out letters', spanOf: () => span });
  }
  for (const { span, text, encoding } of decodedRuns(original, folded.text)) {
    const decoded = { kind: 'decoded', disguise: encoding, spanOf: () => span } as const;
    const plain = foldText(text).text;
    views.push(
      { ...decoded, text: plain },
      ...nativeView(text, plain).map((view) => ({ ...decoded, text: view.text })),
    );
  }
  return { original, folded, views };
}

/** Without the separators between letters; longer ones part words. */
function joined(run: string): string {
  const separators = run.match(/[^a-z]+/g) ?? [];
  const shortest = Math.min(...separators.map(({ length }) => length));
  return run.replace(/[^a-z]+/g, ({ length }) => (length > shortest ? ' ' : ''));
}

/** What is hidden in a text, in plain words: decoded, joined, without leetspeak and invisible characters. */
export function undisguised({ folded, views }: TextViews): { text: string; span: Span }[] {
  const hidden = views.filter(
    ({ kind, text }) => kind === 'decoded' || kind === 'spaced' || (kind === 'leet' && isDisguise(text, folded.text)),
  );
  const texts = hidden.map(({ text, spanOf }) => ({ text, span: spanOf(0, text.length) }));
  if (folded.invisible >= MANY_INVISIBLE) {
    texts.push({ text: folded.text, span: originalSpan(folded, 0, folded.text.length) });
  }
  return texts.filter(({ text }, at) => texts.findIndex((other) => other.text === text) === at);
}

/** One changed word is an abbreviation ("2nd"), several are a disguise. */
function isDisguise(spelled: string, folded: string): boolean {
  const [words, before] = [spelled.split(/\s+/), folded.split(/\s+/)];
  const changed = words.filter((word, at) => word !== before[at]).length;
  return changed >= MIN_LEET_WORDS && changed * 3 >= words.length;
}

/** The reading for other languages, if it differs. */
function nativeView(text: string, plain: string): View[] {
  if (ASCII.test(text)) return [];
  const native = foldText(text, false);
  const spanOf = (start: number, end: number): Span => originalSpan(native, start, end);
  return native.text === plain ? [] : [{ kind: 'native', text: native.text, spanOf }];
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
