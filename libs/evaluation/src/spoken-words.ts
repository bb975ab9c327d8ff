const ONES = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const ORDINALS: Record<string, string> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};
const SIGNS: Record<string, string> = { '%': ' percent ', '&': ' and ', '+': ' plus ', '@': ' at ' };
const NUMBER_WORDS = new Set([...ONES, ...TENS.slice(2), 'hundred', 'thousand', 'million']);

/**
 * The words of a text in a form that can be compared: lower case, no punctuation, no apostrophes (`don't` → `dont`),
 * hyphens as spaces (`twenty-one` → `twenty one`), `% & + @` as words. Digits become the words that a speaker says:
 * - `105` and `1,050` are cardinals, `3.5` is `three point five`, `21st` is `twenty first`;
 * - a number from 1100 to 1999 is a year (`1775` → `seventeen seventy five`);
 * - a number with a leading zero or more than six digits is read digit by digit.
 *
 * `and` inside a number is removed (`one hundred and five`). Spelling variants and currencies stay unchanged.
 */
export function spokenWords(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[%&+@]/g, (sign) => SIGNS[sign] ?? ' ')
    .replaceAll(/['’‘`]/g, '')
    .replaceAll(/\d{1,3}(?:,\d{3})+/g, (number) => number.replaceAll(',', ''))
    .replaceAll(/(\d+)\.(\d+)/g, (_, whole: string, part: string) => ` ${cardinal(whole)} point ${digits(part)} `)
    .replaceAll(/(\d+)(?:st|nd|rd|th)\b/g, (_, number: string) => ` ${ordinal(number)} `)
    .replaceAll(/\d+/g, (number) => ` ${isYear(number) ? year(number) : cardinal(number)} `)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return words.filter(
    (word, index) =>
      !(word === 'and' && NUMBER_WORDS.has(words[index - 1] ?? '') && NUMBER_WORDS.has(words[index + 1] ?? '')),
  );
}

function isYear(number: string): boolean {
  return /^1[1-9]\d\d$/.test(number) && !number.endsWith('00');
}

function year(number: string): string {
  const rest = number.slice(2);
  return `${cardinal(number.slice(0, 2))} ${rest.startsWith('0') ? `oh ${cardinal(rest.slice(1))}` : cardinal(rest)}`;
}

function cardinal(number: string): string {
  if (number.length > 6 || (number.length > 1 && number.startsWith('0'))) return digits(number);
  const value = Number(number);
  if (value < 1000) return below1000(value);
  const thousands = `${below1000(Math.floor(value / 1000))} thousand`;
  return value % 1000 === 0 ? thousands : `${thousands} ${below1000(value % 1000)}`;
}

function below1000(value: number): string {
  if (value < 20) return ONES[value]!;
  if (value < 100) return `${TENS[Math.floor(value / 10)]}${value % 10 === 0 ? '' : ` ${ONES[value % 10]}`}`;
  return `${ONES[Math.floor(value / 100)]} hundred${value % 100 === 0 ? '' : ` ${below1000(value % 100)}`}`;
}

function ordinal(number: string): string {
  const words = cardinal(number).split(' ');
  const last = words.pop()!;
  words.push(
    ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}${last.endsWith('t') ? 'h' : 'th'}`),
  );
  return words.join(' ');
}

function digits(number: string): string {
  return [...number].map((digit) => ONES[Number(digit)]).join(' ');
}
