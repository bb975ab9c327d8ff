import { createRequire } from 'node:module';
import type { LanguageProcessor } from 'phonemize';
import { CONTRACTIONS, LETTERS, WEAK_FORMS } from './special-words.js';

/** The ES modules of the package do not load in Node: their JSON imports have no type. */
type English = new () => Pick<LanguageProcessor, 'predict'> & Required<Pick<LanguageProcessor, 'tagWord'>>;
const { EnglishG2P } = createRequire(import.meta.url)('phonemize/en-g2p') as { EnglishG2P: English };
const dictionary = new EnglishG2P();

const CERTAIN = 0.85;
/** Where the spelling says more than the dictionary. */
const CORRECTIONS: readonly (readonly [RegExp, RegExp, string])[] = [
  [/ing$/, /ɪn$/, 'ɪŋ'],
  [/its?$/, /ət(s?)$/, 'ɪt$1'],
  [/^un/, /^ɐn/, 'ʌn'],
  [/^withd/, /^wɪð/, 'wɪθ'],
  [/drawal/, /ɔːəl/, 'ɔːl'],
];
const VOWELS = 'aeiouæɑɔəɛɜɚɪʊʌɐɝᵻ';
const VOWEL = new RegExp(`[${VOWELS}]`);
const STRESS_BEFORE_VOWEL = new RegExp(`([ˈˌ])([^${VOWELS}ˈˌ]*)`, 'gu');

/** The words beside a word: they decide whether `record` is a noun or a verb. */
export interface Neighbours {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/**
 * The phonemes of one word in the writing of eSpeak, which Piper voices were trained with. A single capital letter is
 * the name of the letter; `a` and other little words are unstressed.
 */
export function wordPhonemes(word: string, { before, after }: Neighbours = {}): string {
  if (/^[A-Z]$/.test(word)) return LETTERS[word]!;
  const plain = word.toLowerCase().replaceAll('’', "'");
  const special = WEAK_FORMS[plain] ?? CONTRACTIONS[plain];
  if (special !== undefined) return special;
  const stem = stemOf(plain);
  const written = dictionary.predict(stem ?? plain, 'en', partOfSpeech(plain, before, after)) ?? '';
  if (!VOWEL.test(written)) return [...plain.toUpperCase()].map((letter) => LETTERS[letter] ?? '').join(' ');
  const said = asEspeak(written.includes('ˈ') ? written : `ˈ${written}`);
  const corrected = CORRECTIONS.reduce(
    (at, [spelt, from, to]) => (spelt.test(plain) ? at.replace(from, to) : at),
    said,
  );
  return stem === undefined ? corrected : corrected + endingAfter(corrected);
}

/** The word without its `s`: the dictionary knows few plurals, and guesses wrong (`websites`). */
function stemOf(word: string): string | undefined {
  if (word.length < 4 || !/[^saiuy'o]s$/.test(word) || /(?:ies|oes)$/.test(word)) return undefined;
  return word.replace(/(?<=ch|sh|x|ss|zz)es$|s$/, '');
}

function endingAfter(phonemes: string): string {
  if (/[szʃʒ]$/.test(phonemes)) return 'ᵻz';
  return /[ptkfθ]$/.test(phonemes) ? 's' : 'z';
}

/** Undefined where it is not certain: most words sound the same in all. */
function partOfSpeech(word: string, before?: string, after?: string): string | undefined {
  if (before?.toLowerCase() === 'to') return 'V';
  const tag = dictionary.tagWord(word, { ...(before ? { prev: before } : {}), ...(after ? { next: after } : {}) });
  return tag && tag.confidence >= CERTAIN ? tag.pos : undefined;
}

export function beginsWithVowel(phonemes: string): boolean {
  return VOWEL.test(phonemes.replace(/^[ˈˌ]/, '').charAt(0));
}

/** Rewrites the IPA of the dictionary: stress before the vowel, long vowels marked, `ɝ` as `ɜː` or `ɚ`, flapped `t`. */
function asEspeak(ipa: string): string {
  return ipa
    .replace(STRESS_BEFORE_VOWEL, '$2$1')
    .replaceAll('ɫ', 'l')
    .replaceAll('r', 'ɹ')
    .replaceAll('g', 'ɡ')
    .replace(/([ˈˌ])ɝ(?=[aeiouæɑɔəɛɜɚɪʊʌɐ])/g, '$1ɜːɹ')
    .replace(/([ˈˌ])ɝ/g, '$1ɜː')
    .replace(/ɝ(?=[aeiouæɑɔəɛɜɚɪʊʌɐ])/g, 'ɚɹ')
    .replaceAll('ɝ', 'ɚ')
    .replace(/ɔ(?!ɪ)/g, 'ɔː')
    .replaceAll('ɑ', 'ɑː')
    .replaceAll('u', 'uː')
    .replace(/i(?=.)/g, 'iː')
    .replace(/ˈi$/, 'ˈiː')
    .replace(/(?<![ˈˌ])iː(?=[əz]$|[əɪæo])/g, 'i')
    .replace(/^nj([ˈˌ]?)uː/, 'n$1uː')
    .replace(/([dt])j([ˈˌ]?)uː/, '$1$2uː')
    .replace(/^ə(?=[^ɹ])/, 'ɐ')
    .replace(/^əɹ/, 'ɚɹ')
    .replace(/(?<=[td])ɪd$/, 'ᵻd')
    .replace(/(?<=[szʃʒ])əz$/, 'ᵻz')
    .replace(/^([dɹbp]ɹ?)[ɪə](?=[^ˈˌ]*ˈ)/, '$1ᵻ')
    .replace(/[ɪə]ti$/, 'ᵻti')
    .replace(/(?<=[aeiouæɑɔəɛɜɚɪʊʌːɹ])t(?=(?:[əɚɪᵻi]|oʊ)(?!ː?n$))/g, 'ɾ')
    .replace(/(?<=[aeiouæɑɔəɛɜɚɪʊʌːɹ])tən/g, 'ʔn̩');
}
