import { companies } from './brands.js';
import { commonWords } from './common-words.js';
import { givenNames, givenNamesThatAreWords } from './given-names.js';
import { places } from './places.js';
import { surnames } from './surnames.js';

/** A word of a text, with what the lists of names say about it. */
export interface NameWord {
  readonly start: number;
  /** Without "'s". */
  readonly end: number;
  /** Where the word ends with "'s". */
  readonly next: number;
  readonly style: 'lower' | 'capital' | 'upper' | 'initial';
  readonly isGiven: boolean;
  /** A given name that is also a word, such as "mark". */
  readonly isWord: boolean;
  readonly isSurname: boolean;
  readonly isCommon: boolean;
  /** No list has it, but it ends like a form of a word: "pending", and "Xiuying". */
  readonly isInflected: boolean;
  /** "van", "de", "bin" */
  readonly isParticle: boolean;
  readonly hasAccent: boolean;
  /** In lower case and without accents. */
  readonly plain: string;
}

const WORD =
  /(?<![\p{L}\p{N}_]|[\p{L}\p{N}]['’])(?:(?:\p{L}|[Ss]t)\.(?![\p{L}\p{N}])|\p{L}[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*)(?![\p{L}\p{M}\p{N}_])/gu;
const PARTICLES = new Set(
  "de del della di da do dos das du van von der den ten ter la le el al bin ibn bint abu st ní ni mac mc o o' y".split(
    ' ',
  ),
);
/** Titles, greetings and thanks, which are in lists of names too. */
const NO_NAMES = new Set(
  'mme mlle mevr mevrouw meneer herr frau señor señora hallo hola ciao salut bonjour merci'.split(' '),
);
/** Forms of words that no list needs to hold: "misspelled", "don't". */
const INFLECTED = /[^aeiou](?:ed|ing|tion|ly)$/;
/** "LoRA", but "McDonald" and "DeShawn" are names. */
const TECHNICAL = /^(?!(?:Ma?c|De|Di|Da|La|Le|Du|Van|O['’]|D['’])\p{Lu}).*\p{Ll}\p{Lu}/u;
/** The end of surnames that no list holds: "Sveinsdóttir", "Kalogeropoulou". */
const SURNAME_ENDING =
  /.{3}(?:dottir|sson|enko|escu|oglu|ovic|owicz|ewicz|opoulos|opoulou|akis|idis|shvili|adze|idze|ovsk[iay]|evsk[iay]|owsk[ia]|ewsk[ia]|czyk|qvist|ovich|evich|evna|ovna)$/;
/** "McCrindle", "O'Hanlon" */
const SURNAME_BEGINNING = /^(?:Mc|Fitz|O['’])\p{Lu}\p{Ll}{2}/u;
const CONTRACTED = /['’](?:m|re|ve|ll|d|t)$/;
/** Letters that do not come apart into a letter and an accent. */
const WHOLE_LETTERS: Readonly<Record<string, string>> = { ı: 'i', ł: 'l', ø: 'o', đ: 'd', ß: 'ss', æ: 'ae', œ: 'oe' };

/** The words of a text, in order; linear time. */
export function nameWords(text: string): NameWord[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const bare = word.replace(/['’][sS]$/u, '');
    const plain = withoutAccents(bare.toLowerCase());
    const style = styleOf(bare);
    const hasAccent = plain !== bare.toLowerCase();
    const parts = plain.split('-').filter((part) => !PARTICLES.has(part));
    const every = (names: ReadonlySet<string>): boolean =>
      !TECHNICAL.test(bare) && (names.has(plain) || (parts.length > 0 && parts.every((part) => names.has(part))));
    const isListed =
      (commonWords.has(plain) && !hasAccent) ||
      companies.has(plain) ||
      places.has(plain) ||
      CONTRACTED.test(plain) ||
      NO_NAMES.has(plain);
    const isInflected = !isListed && !hasAccent && INFLECTED.test(plain);
    return {
      start: index,
      end: index + bare.length,
      next: index + word.length,
      style,
      isGiven:
        (!NO_NAMES.has(plain) && every(givenNames)) ||
        (parts.length > 1 && parts.every((part) => givenNames.has(part) || surnames.has(part))),
      isWord: givenNamesThatAreWords.has(plain),
      isSurname: every(surnames) || (style !== 'lower' && (SURNAME_ENDING.test(plain) || SURNAME_BEGINNING.test(bare))),
      isCommon: isListed || isInflected,
      isInflected,
      isParticle: PARTICLES.has(plain.replace(/\.$/, '')),
      hasAccent,
      plain,
    };
  });
}

function styleOf(word: string): NameWord['style'] {
  if (/^\p{Lu}\.?$/u.test(word)) return 'initial';
  if (/^\p{Lu}/u.test(word)) return /\p{Ll}/u.test(word) ? 'capital' : 'upper';
  return 'lower';
}

function withoutAccents(word: string): string {
  if (/^[a-z'’.-]*$/.test(word)) return word;
  return word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ıłøđßæœ]/gu, (letter) => WHOLE_LETTERS[letter] ?? letter);
}

/** "J." */
export function isLetter({ plain }: NameWord): boolean {
  return /^\p{L}\.$/u.test(plain);
}

/** "J.", and "J" but not "I" or "A". */
export function isInitial(word: NameWord): boolean {
  return isLetter(word) || (word.style === 'initial' && /^[^ai]$/.test(word.plain));
}
