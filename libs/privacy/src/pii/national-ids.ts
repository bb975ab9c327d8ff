import { isMonthAndDay, luhn, mod11And10, verhoeff, weighted } from './checksums.js';

/** A national number of digits only. */
export interface NumericId {
  readonly kind: string;
  readonly length: number;
  readonly valid: (digits: string) => boolean;
  /**
   * The official grouping of the number (see `shapeOf`), and its ungrouped form where the check is strong. In these
   * forms it is found without introducing words.
   */
  readonly shape?: RegExp;
  /** Introducing words, searched in lower-case text shortly before or after the number. */
  readonly words: RegExp;
}

const part = (digits: string, start: number, end: number): number => Number(digits.slice(start, end));
const last = (digits: string): number => part(digits, digits.length - 1, digits.length);
const notUniform = (digits: string): boolean => !/^(\d)\1+$/.test(digits);

/** National numbers of digits with the check rules of the issuing authorities. */
export const numericIds: readonly NumericId[] = [
  {
    kind: 'us-ssn',
    length: 9,
    // Social Security Administration: no area 000, 666 or 900-999, no group 00, no serial 0000.
    valid: (digits) =>
      !/^(?:000|666|9)/.test(digits) && part(digits, 3, 5) > 0 && part(digits, 5, 9) > 0 && notUniform(digits),
    shape: /^3-2-4$/,
    words: /\bssn\b|social security|\bsocial\b|tax ?payer/,
  },
  {
    kind: 'us-itin',
    length: 9,
    valid: (digits) => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])/.test(digits),
    shape: /^3-2-4$/,
    words: /\bitin\b|tax ?payer|tax id/,
  },
  {
    kind: 'uk-nhs',
    length: 10,
    // Modulus 11, weights 10 to 2; numbers whose check value is 10 are never issued.
    valid: (digits) =>
      (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === last(digits) && notUniform(digits),
    words: /\bnhs\b|health (?:service|number)|patient (?:number|no|id)/,
  },
  {
    kind: 'de-steuer-id',
    length: 11,
    // No leading 0; one of the first ten digits occurs two or three times, the others at most once.
    valid: (digits) => !digits.startsWith('0') && mod11And10(digits) && repeatsOneDigit(digits.slice(0, 10)),
    shape: /^2[ -]3[ -]3[ -]3$/,
    words: /steuer|tax id|\bidnr\b|\btin\b|identifikationsnummer/,
  },
  {
    kind: 'fr-nir',
    length: 15,
    // Sex, year, month, department, …, and 97 minus the remainder modulo 97.
    valid: (digits) =>
      /^[1278]\d\d(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d)/.test(digits) &&
      97 - (part(digits, 0, 13) % 97) === part(digits, 13, 15),
    shape: /^(?:15|13[ -]2|1[ -]2[ -]2[ -]2[ -]3[ -]3[ -]2)$/,
    words: /s[eé]curit[eé] sociale|\bnir\b|\binsee\b/,
  },
  {
    kind: 'nl-bsn',
    length: 9,
    valid: (digits) => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && notUniform(digits),
    words: /\bbsn\b|burger ?service|sofi-?nummer|citizen service/,
  },
  {
    kind: 'pl-pesel',
    length: 11,
    valid: (digits) =>
      isMonthAndDay(part(digits, 2, 4) % 20, part(digits, 4, 6)) &&
      weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    words: /\bpesel\b/,
  },
  {
    kind: 'be-national-number',
    length: 11,
    // 97 minus the first nine digits modulo 97, with a 2 before them for births from 2000 on. Bis numbers add 20 or 40
    // to the month.
    valid: (digits) =>
      isMonthAndDay(part(digits, 2, 4) % 20, part(digits, 4, 6)) &&
      [part(digits, 0, 9), 2_000_000_000 + part(digits, 0, 9)].some(
        (number) => 97 - (number % 97) === part(digits, 9, 11),
      ),
    shape: /^(?:11|2-2-2-3-2|6[ -]3[ -]2|6[ -]5)$/,
    words: /rijksregister|registre national|national (?:number|register)|\binsz\b|\bniss\b/,
  },
  {
    kind: 'se-personnummer',
    length: 10,
    valid: (digits) => isMonthAndDay(part(digits, 2, 4), part(digits, 4, 6) % 60) && luhn(digits),
    shape: /^6-4$/,
    words: /person(?:al)? ?(?:nummer|number|identity)|samordningsnummer/,
  },
  {
    kind: 'se-personnummer',
    length: 12,
    valid: (digits) =>
      /^(?:19|20)/.test(digits) && isMonthAndDay(part(digits, 4, 6), part(digits, 6, 8) % 60) && luhn(digits.slice(2)),
    shape: /^(?:12|8-4)$/,
    words: /person(?:al)? ?(?:nummer|number|identity)/,
  },
  {
    kind: 'br-cpf',
    length: 11,
    valid: (digits) =>
      notUniform(digits) &&
      cpfDigit(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === part(digits, 9, 10) &&
      cpfDigit(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === part(digits, 10, 11),
    shape: /^(?:11|3-3-3-2|9-2)$/,
    words: /\bcpf\b|cadastro/,
  },
  {
    kind: 'in-aadhaar',
    length: 12,
    valid: (digits) => /^[2-9]/.test(digits) && notUniform(digits) && verhoeff(digits),
    shape: /^4[ -]4[ -]4$/,
    words: /a+dh?a+r|\buidai?\b/,
  },
  {
    kind: 'ca-sin',
    length: 9,
    valid: (digits) => /^[1-79]/.test(digits) && luhn(digits) && notUniform(digits),
    words: /\bsin\b|social insurance/,
  },
  {
    kind: 'au-tfn',
    length: 9,
    valid: (digits) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && notUniform(digits),
    words: /\btfn\b|tax file/,
  },
  {
    kind: 'ch-ahv',
    length: 13,
    // EAN-13 with Switzerland's 756.
    valid: (digits) => digits.startsWith('756') && weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    shape: /^(?:13|3[ -]4[ -]4[ -]2)$/,
    words: /\bahv\b|\bavs\b/,
  },
];

/** A national number with letters. */
export interface LetteredId {
  readonly kind: string;
  readonly pattern: RegExp;
  /** Checks the match in upper case without spaces, dots and hyphens. */
  readonly valid: (compact: string) => boolean;
}

const EDGE = '(?<![\\p{L}\\p{N}])';
const END = '(?![\\p{L}\\p{N}])';
const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

export const letteredIds: readonly LetteredId[] = [
  {
    kind: 'uk-nino',
    pattern: new RegExp(
      `${EDGE}[a-ceghj-prtw-z][a-ceghj-nprtw-z][ -]?\\d{2}[ -]?\\d{2}[ -]?\\d{2}[ -]?[a-d]${END}`,
      'giu',
    ),
    // HMRC never issues these prefixes.
    valid: (compact) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(compact),
  },
  {
    kind: 'es-dni',
    pattern: new RegExp(`${EDGE}(?:\\d{8}|\\d{2}\\.\\d{3}\\.\\d{3})[ -]?[a-z]${END}`, 'giu'),
    valid: (compact) => DNI_LETTERS[Number(compact.slice(0, 8)) % 23] === compact[8],
  },
  {
    kind: 'es-nie',
    pattern: new RegExp(`${EDGE}[xyz][ -]?\\d{7}[ -]?[a-z]${END}`, 'giu'),
    valid: (compact) =>
      DNI_LETTERS[Number(`${'XYZ'.indexOf(compact[0] ?? '')}${compact.slice(1, 8)}`) % 23] === compact[8],
  },
  {
    kind: 'it-codice-fiscale',
    pattern: new RegExp(
      `${EDGE}[a-z]{3} ?[a-z]{3} ?[0-9lmnp-v]{2}[a-ehlmprst][0-9lmnp-v]{2} ?[a-z][0-9lmnp-v]{3}[a-z]${END}`,
      'giu',
    ),
    valid: (compact) => codiceFiscaleLetter(compact) === compact[15],
  },
  {
    kind: 'fr-nir',
    pattern: new RegExp(`${EDGE}[12] ?\\d{2} ?\\d{2} ?2[ab] ?\\d{3} ?\\d{3} ?\\d{2}${END}`, 'giu'),
    // Corsica: 2A counts as 19, 2B as 18.
    valid: (compact) =>
      97 - (Number(compact.slice(0, 13).replace('2A', '19').replace('2B', '18')) % 97) === Number(compact.slice(13)),
  },
];

function repeatsOneDigit(digits: string): boolean {
  const counts = [...new Set(digits)].map((digit) => digits.split(digit).length - 1).filter((count) => count > 1);
  return counts.length === 1 && (counts[0] ?? 0) <= 3;
}

function cpfDigit(digits: string, weights: readonly number[]): number {
  const rest = (weighted(digits, weights) * 10) % 11;
  return rest === 10 ? 0 : rest;
}

const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Decree of 12 March 1974: odd places by a table, even ones by rank, modulo 26. */
function codiceFiscaleLetter(compact: string): string {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const code = compact.charCodeAt(at);
    const rank = code < 58 ? code - 48 : code - 65;
    sum += at % 2 === 0 ? ODD_VALUES[rank]! : rank;
  }
  return String.fromCharCode(65 + (sum % 26));
}
