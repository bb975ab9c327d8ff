import { toCardinal, toOrdinal } from 'n2words/en-GB';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
/** Longer numbers are codes: nobody says them as one number. */
const LONGEST_NUMBER = 12;

/** A number as it is said: `1,250` is `one thousand two hundred and fifty`, `2.5` is `two point five`. */
export function numberWords(written: string): string {
  const [whole = '', part] = written.replaceAll(',', '').split('.');
  const isCode = whole.length > LONGEST_NUMBER || (whole.length > 1 && whole.startsWith('0'));
  const words = isCode ? digitWords(whole) : spaced(toCardinal(whole || '0'));
  return part ? `${words} point ${digitWords(part)}` : words;
}

/** `21` is `twenty first`. */
export function ordinalWords(written: string): string {
  return Number(written) > 0 ? spaced(toOrdinal(written)) : numberWords(written);
}

/** Digit by digit; other characters are left out. */
export function digitWords(written: string): string {
  return (written.match(/\d/g) ?? []).map((digit) => DIGITS[Number(digit)]!).join(' ');
}

/** `1998` is `nineteen ninety eight`, `2005` is `two thousand and five`, `2024` is `twenty twenty four`. */
export function yearWords(written: string): string {
  const [century, rest] = [written.slice(0, 2), written.slice(2)];
  if (/^\d00\d$/.test(written)) return numberWords(written);
  if (rest === '00') return `${numberWords(century)} hundred`;
  return `${numberWords(century)} ${rest.startsWith('0') ? `oh ${numberWords(rest.slice(1))}` : numberWords(rest)}`;
}

/** `1` with the singular of a unit, else the plural. */
export function counted(written: string, singular: string, plural: string): string {
  return `${numberWords(written)} ${written === '1' ? singular : plural}`;
}

function spaced(words: string): string {
  return words.replaceAll('-', ' ');
}
