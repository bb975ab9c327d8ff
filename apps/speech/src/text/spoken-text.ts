import { sayAbbreviations } from './abbreviations.js';
import { sayAcronyms } from './acronyms.js';
import { sayAddresses } from './addresses.js';
import { sayDates, sayTimes } from './dates.js';
import { sayMoney } from './money.js';
import { digitWords, numberWords, ordinalWords } from './numbers.js';

const FRACTIONS: Readonly<Record<string, string>> = {
  ...{ '1/2': 'one half', '1/4': 'one quarter', '3/4': 'three quarters', '1/3': 'one third', '2/3': 'two thirds' },
  '24/7': 'twenty four seven',
};

/**
 * English text as it is said: numbers, money, dates, times, abbreviations, addresses and signs become words. What is
 * left has letters and the punctuation of a sentence only. Capitals that stand alone are names of letters.
 */
export function spokenText(text: string): string {
  const steps = [clean, sayAddresses, sayCodes, sayAbbreviations, sayDates, sayRanges, sayTimes, sayMoney, saySigns];
  return [...steps, sayAcronyms, sayNumbers, tidy].reduce((said, step) => step(said), text);
}

/** Markdown, quotation marks, dashes and letters that are held down, in plain writing. */
function clean(text: string): string {
  return text
    .replace(/(?<=\d) ?(?=[½¼¾⅓⅔])/g, ' ')
    .normalize('NFKC')
    .replace(/⁄/g, '/')
    .replace(/(\p{L})\1{3,}/gu, '$1$1$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#>|]{1,3}(?=\S)|(?<=\S)[*_`|]{1,3}(?=\s|[.,!?]|$)/g, (sign, at: number, whole: string) =>
      sign === '#' && /\d/.test(whole[at + 1] ?? '')
        ? 'number '
        : sign === '_' && /\w/.test(whole[at - 1] ?? '')
          ? '_'
          : '',
    )
    .replace(/ (?:[-–—]+|>|→) /g, ', ')
    .replace(/—/g, ', ')
    .replace(/\.{3,}|…/g, '.');
}

/** Telephone and card numbers, sort codes, and numbers that name something: digit by digit. */
function sayCodes(text: string): string {
  return text
    .replace(/\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g, sayIban)
    .replace(/\b\d+(?:\.\d+){2,}\b(?<!\.(?:19|20)\d\d)/g, (version) =>
      version.split('.').map(numberWords).join(' point '),
    )
    .replace(/\+(?=\d{1,3}[ -]?\d)/g, 'plus ')
    .replace(/(?:\b[Xx*]{4}[ -]?){1,3}(?=\d{4}\b)|\*{2,}(?=\d)/g, 'ending ')
    .replace(/\b(?:\d{4}[ -]){3}\d{4}\b|\b0\d{2,5}(?:[ -]\d{3,8}){1,3}\b|\b\d{2}-\d{2}-\d{2}\b/g, inGroups)
    .replace(/\b(plus \d{1,3})((?:[ -]\d{2,8}){2,4})\b/g, (_, country: string, rest: string) => {
      return `plus ${digitWords(country)}, ${inGroups(rest.trim())}`;
    })
    .replace(/\b(\d{3})-(\d{3})-(\d{4})\b/g, inGroups)
    .replace(
      /\b(ending(?: in| with)?|PIN(?: is)?|code|reference|extension|dial|calling|call|text) (\d{3,8})\b(?![,.]\d|-)/gi,
      (_, word: string, digits: string) => `${word} ${digitWords(digits)}`,
    );
}

/** Letters by name and digits one by one, four signs at a time. */
function sayIban(written: string): string {
  const groups = written.replaceAll(' ', '').match(/.{1,4}/g) ?? [];
  return groups.map((group) => [...group].map((sign) => digitWords(sign) || sign).join(' ')).join(', ');
}

function inGroups(written: string): string {
  return written.split(/[ -]/).map(digitWords).join(', ');
}

/** `3-5 days` is `3 to 5 days`, `9am-5pm` is `9am to 5pm`. */
function sayRanges(text: string): string {
  return text
    .replace(/\b(\d+ )?(\d{1,2}\/\d{1,2}(?!\/))/g, (written, whole: string | undefined, part: string) => {
      const words = FRACTIONS[part];
      if (words === undefined) return written;
      return whole === undefined ? words : `${whole}and ${words.replace(/^one /, 'a ')}`;
    })
    .replace(/(?<=\d(?:[ap]m|%)?) ?[-–] ?(?=[£$€]?\d)/gi, ' to ')
    .replace(/\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?[-–](?=[A-Z])/g, '$1 to ');
}

function saySigns(text: string): string {
  return text
    .replace(/(?<=\d) ?%/g, ' percent')
    .replace(/ ?& ?/g, (sign, at: number, whole: string) =>
      /[A-Z]/.test(whole[at - 1] ?? ' ') && sign === '&' ? '&' : ' and ',
    )
    .replace(/(?<=\d) ?[x×] ?(?=\d)/g, ' times ')
    .replace(/ ?= ?/g, ' equals ')
    .replace(/ ?\+ ?/g, ' plus ')
    .replace(/(^|[\s(])[-−](?=\d)/g, '$1minus ')
    .replace(/\band\/or\b/g, 'and or')
    .replace(/(?<=\p{L})\/(?=\p{L})/gu, ' or ')
    .replace(/ ?~ ?(?=\d)/g, ' about ')
    .replace(/(?<=\w)@(?=\w)/g, ' at ');
}

function sayNumbers(text: string): string {
  return text
    .replace(/\b(\d+)(?:st|nd|rd|th)\b/g, (_, number: string) => ordinalWords(number))
    .replace(/(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?/g, (number) => ` ${numberWords(number)} `);
}

function tidy(text: string): string {
  return text
    .replace(/[()[\]{}"“”«»]+/g, ', ')
    .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
    .replace(/[^\p{L}\p{M}'’.,;:!? ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:!?])/g, '')
    .replace(/,(?=[.,;:!?])|^[,;: ]+/g, '')
    .trim();
}
