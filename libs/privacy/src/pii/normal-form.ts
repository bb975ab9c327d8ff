import { lastUpTo } from './sorted.js';

/** Scripts that have no spaces, or join particles to a number: "手机13800138000", "1234입니다". */
export const SPACELESS =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
/** Where Latin letters or digits touch such a script, and a word a long number ("card4111111111111111"): no character. */
const SEAM =
  `(?=[+A-Za-z\\p{Nd}\\uff01-\\uff5e])(?<=${SPACELESS}\\p{M}{0,3})|(?<=[A-Za-z\\p{Nd}\\uff10-\\uff5a])(?=${SPACELESS})|` +
  '(?<=[a-z]{2})(?=\\d{12,19}(?!\\d))';
/**
 * What has several forms in Unicode: spaces, dashes, dots, bars and slashes between numbers, line ends, digits, and
 * characters that nobody sees; and the space of HTML.
 */
const VARIANT = new RegExp(
  '\\r\\n?|&nbsp;|(?<=\\p{Nd})[\\p{M}\\u20e3]+|[⁰¹²³⁴-⁹]{3,}|[₀-₉]{3,}|' +
    '[\\p{Zs}\\p{Cc}\\u2028\\u2029\\p{Pd}\\u2212\\u2043\\p{Cf}\\ufe0f\\u20e3\\p{Nd}\\uff01-\\uff5e' +
    '\\p{Pc}․‧・･·⸱●◦▪∘⦁│┃¦‖⁄∕①-⑨⓪❶-❾➀-➈➊-➒⑴-⑼⓵-⓽⓿](?<![ \\-_\\d\\n])|' +
    SEAM,
  'gu',
);
/** What is written above, below or around the character before it. */
const MARK = /\p{M}/u;
const UNSEEN = /^[\p{Cf}\p{M}]/u;
const LINE_END = /^[\r\u0085\u2028\u2029]/u;
const SPACE = /^[\p{Zs}\p{Cc}]/u;
/** One kind of separator for all that look like it. */
const LIKE: readonly (readonly [RegExp, string])[] = [
  [/^[\p{Pd}\u2212\u2043]/u, '-'],
  [/^\p{Pc}/u, '_'],
  [/^[․‧・･·⸱●◦▪∘⦁]/u, '·'],
  [/^[│┃¦‖]/u, '|'],
  [/^[⁄∕]/u, '/'],
];
const DIGIT = /\p{Nd}/u;
/** Digits in circles, and above or below the line, by the first of each row. */
const ROWS: readonly (readonly [first: string, value: number])[] = [
  ...[...'①❶➀➊⑴⓵'].map((first) => [first, 1] as const),
  ...[...'⓪⓿'].map((first) => [first, 0] as const),
];
const ROW_LENGTH = 9;
const FULL_WIDTH_OFFSET = 0xfee0;
const [FIRST_FULL_WIDTH, LAST_FULL_WIDTH] = [0xff01, 0xff5e];
const LAST_OF_ONE_UNIT = 0xffff;

/** From the place `from` of the normal text on, a place of the original is `by` further on. */
interface Shift {
  readonly from: number;
  readonly by: number;
}

/** A text with one kind of space, dash, line end and digit, and the way back to the original. */
export class NormalForm {
  readonly text: string;
  private readonly shifts: Shift[] = [];

  constructor(private readonly original: string) {
    let [text, done] = ['', 0];
    for (const { 0: variant, index } of original.matchAll(VARIANT)) {
      const normal = normalOf(variant);
      text += original.slice(done, index) + normal;
      done = index + variant.length;
      if (normal.length !== variant.length) this.shifts.push({ from: text.length, by: done - text.length });
    }
    this.text = text + original.slice(done);
  }

  /** The part of the original that became `text.slice(start, end)`; not empty. */
  placeOf(start: number, end: number): { start: number; end: number } {
    if (this.shifts.length === 0) return { start, end };
    const last = this.placeBefore(end - 1);
    const units = (this.original.codePointAt(last) ?? 0) > LAST_OF_ONE_UNIT ? 2 : 1;
    let behind = last + units;
    while (MARK.test(this.original[behind] ?? '')) behind++;
    return { start: this.placeBefore(start), end: behind };
  }

  private placeBefore(place: number): number {
    return place + (this.shifts[lastUpTo(this.shifts, place, ({ from }) => from)]?.by ?? 0);
  }
}

function normalOf(variant: string): string {
  if (variant === '' || variant === '&nbsp;') return ' ';
  if (LINE_END.test(variant)) return '\n';
  if (UNSEEN.test(variant)) return '';
  if (SPACE.test(variant)) return ' ';
  const like = LIKE.find(([pattern]) => pattern.test(variant));
  if (like) return like[1];
  const code = variant.codePointAt(0) ?? 0;
  if (DIGIT.test(variant)) return digitOf(code);
  if (code >= FIRST_FULL_WIDTH && code <= LAST_FULL_WIDTH) return String.fromCharCode(code - FULL_WIDTH_OFFSET);
  const row = ROWS.find(([first]) => code >= first.charCodeAt(0) && code < first.charCodeAt(0) + ROW_LENGTH);
  return row ? String(row[1] + code - row[0].charCodeAt(0)) : variant.normalize('NFKC');
}

/** Unicode keeps the ten digits of a script together, in order. Compatibility digits have a script of their own. */
function digitOf(code: number): string {
  const compatible = String.fromCodePoint(code).normalize('NFKC');
  if (/^\d$/.test(compatible)) return compatible;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
