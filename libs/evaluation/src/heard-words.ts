import { editDistance, type WordErrors } from './word-errors.js';

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen';
const ONES = new Map(UNITS.split(' ').map((word, value) => [word, value]));
const TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, (index + 2) * 10]),
);
const SCALES = new Map([
  ['hundred', 100],
  ['thousand', 1_000],
  ['million', 1_000_000],
]);
const ORDINALS = new Map(
  Object.entries({ first: 'one', second: 'two', third: 'three', fifth: 'five', eighth: 'eight', ninth: 'nine' }),
);
ORDINALS.set('twelfth', 'twelve');

/** One writing of each word that has several. */
const SAME: Record<string, string> = {
  ...{ dr: 'doctor', mr: 'mister', mrs: 'missus', st: 'street', rd: 'road', ok: 'okay', etc: 'et cetera' },
  ...{ centre: 'center', licence: 'license', recognise: 'recognize', instalments: 'installments' },
};
const CURRENCIES: Record<string, string> = { '£': 'pounds', $: 'dollars', '€': 'euros' };
const SIGNS: Record<string, string> = { '%': ' percent ', '&': ' and ', '+': ' plus ', '@': ' at ' };

/**
 * The words of a text as they sound, however they are written: no case, no punctuation, numbers digit by digit
 * (`twenty twenty-four` and `2024` are `2 0 2 4`, `£2.50` and `two pounds fifty` are `2 pounds 5 0`), letters that
 * are spelt as one word (`A T M` is `atm`).
 */
export function heardWords(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\b([ap])\.? ?m\b\.?/g, ' $1m ')
    .replace(/(\d{1,2})[.:]([0-5]\d)(?= *[ap]m| in the)/g, '$1 $2')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .replace(/([£$€]) ?(\d+)(?:\.(\d\d))?/g, (_, sign: string, whole: string, part?: string) =>
      [whole, CURRENCIES[sign], part ?? ''].join(' '),
    )
    .replace(/(\d)\.(?=\d)/g, '$1 point ')
    .replace(/(\p{L})\.(?=\p{L}{2})/gu, '$1 dot ')
    .replace(/[%&+@]/g, (sign) => SIGNS[sign] ?? ' ')
    .replace(/['’‘`]/g, '')
    .replace(/(?<=\p{L})(?=\d)/gu, ' ')
    .replace(/(?<=\d)(?=\p{L})(?!st|nd|rd|th)/gu, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => (SAME[word] ?? word).split(' '));
  return withoutJoints(joinLetters(numbersAsDigits(words)));
}

/** Word errors of a transcript over {@link heardWords}. Where words are joined cannot be heard, and is no error. */
export function hearingErrors(spoken: string, heard: string): WordErrors {
  const expected = heardWords(spoken);
  return { words: expected.length, errors: editDistance(expected, withBoundariesOf(expected, heardWords(heard))) };
}

function numbersAsDigits(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < words.length;) {
    const { value, ordinal, next } = readNumber(words, at);
    if (next === at) out.push(words[at++]!);
    else {
      out.push(...value, ...(ordinal ? ['th'] : []));
      at = next;
    }
  }
  return out;
}

/** Reads one number from `at`: `twenty one`, `two thousand three hundred and five`, `21st`, `4242`. */
function readNumber(words: readonly string[], at: number): { value: string; ordinal: boolean; next: number } {
  const written = /^(\d+)(st|nd|rd|th)?$/.exec(words[at] ?? '');
  if (written) return { value: written[1]!, ordinal: written[2] !== undefined, next: at + 1 };
  let [total, part, last, next, ordinal] = [0, 0, Infinity, at, false];
  while (next < words.length && !ordinal) {
    const joined = words[next] === 'and' && last >= 100 && last < Infinity;
    const word = words[next + (joined ? 1 : 0)] ?? '';
    const base = cardinalOf(word);
    const scale = SCALES.get(base);
    const value = ONES.get(base) ?? TENS.get(base);
    if (scale !== undefined && next > at) {
      if (scale === 100) part *= 100;
      else [total, part] = [total + part * scale, 0];
      last = scale;
    } else if (value !== undefined && (last === Infinity || last >= 100 || (last >= 20 && value > 0 && value < 10))) {
      part += value;
      last = value;
    } else break;
    ordinal = base !== word;
    next += joined ? 2 : 1;
  }
  return { value: String(total + part), ordinal, next };
}

function cardinalOf(word: string): string {
  const known = ORDINALS.get(word) ?? word.replace(/ieth$/, 'y').replace(/th$/, '');
  return ONES.has(known) || TENS.has(known) || SCALES.has(known) ? known : word;
}

/** A run of letters is one word; `a` and `i` belong to it unless they begin it. */
function joinLetters(words: readonly string[]): string[] {
  const out: string[] = [];
  let spelling = false;
  for (const [index, word] of words.entries()) {
    const letter: boolean = /^\p{L}$/u.test(word) || (spelling && /^\p{L}s$/u.test(word));
    if (letter && spelling) out.push(out.pop()! + word);
    else out.push(word);
    spelling = letter && (spelling || !/^[ai]$/.test(word) || /^[b-hj-z]$/.test(words[index + 1] ?? ''));
  }
  return out;
}

/** `and`, `cents` and `pence` inside an amount: some say them. */
function withoutJoints(words: readonly string[]): string[] {
  return words.filter((word, index) => {
    const [before, after] = [words[index - 1] ?? '', words[index + 1] ?? ''];
    if (word === 'and') return !(/^(pounds?|dollars?|euros?|\d)$/.test(before) && /^\d$/.test(after));
    return !(/^(cents|pence)$/.test(word) && /^\d$/.test(before) && isAmountBefore(words, index));
  });
}

function isAmountBefore(words: readonly string[], index: number): boolean {
  return words.slice(Math.max(0, index - 4), index).some((word) => /^(pounds?|dollars?|euros?)$/.test(word));
}

/** Joins and splits words of `heard` where the expected words have the same letters with other boundaries. */
function withBoundariesOf(expected: readonly string[], heard: readonly string[]): string[] {
  const known = new Set(expected);
  const runs = new Map<string, readonly string[]>();
  for (let length = 2; length <= 4; length += 1)
    for (let at = 0; at + length <= expected.length; at += 1) {
      const run = expected.slice(at, at + length);
      if (!run.every((word) => /^\d$/.test(word))) runs.set(run.join(''), run);
    }
  const out: string[] = [];
  for (let at = 0; at < heard.length;) {
    const length = [4, 3, 2].find(
      (count) => at + count <= heard.length && known.has(heard.slice(at, at + count).join('')),
    );
    const joined = length === undefined ? heard[at]! : heard.slice(at, at + length).join('');
    if (length !== undefined && !known.has(heard[at]!)) out.push(joined);
    else out.push(...(known.has(heard[at]!) ? [heard[at]!] : (runs.get(heard[at]!) ?? [heard[at]!])));
    at += length !== undefined && !known.has(heard[at]!) ? length : 1;
  }
  return out;
}
