import { lastUpTo } from './sorted.js';

/** What has several forms in Unicode: spaces, dashes, line ends, decimal digits, and characters that nobody sees; and the space of HTML. */
const VARIANT =
  /\r\n?|&nbsp;|[\p{Zs}\t\v\f\u2028\u2029\p{Pd}\u2212\u2043\p{Cf}\ufe0f\u20e3\p{Nd}\uff01-\uff5e](?<![ \-\d])/gu;
const UNSEEN = /[\p{Cf}\ufe0f\u20e3]/u;
const LINE_END = /[\r\u2028\u2029]/u;
const SPACE = /[\p{Zs}\t\v\f]/u;
const DASH = /[\p{Pd}\u2212\u2043]/u;
const DIGIT = /\p{Nd}/u;
const FULL_WIDTH_OFFSET = 0xfee0;
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
    return { start: this.placeBefore(start), end: last + units };
  }

  private placeBefore(place: number): number {
    return place + (this.shifts[lastUpTo(this.shifts, place, ({ from }) => from)]?.by ?? 0);
  }
}

function normalOf(variant: string): string {
  if (LINE_END.test(variant)) return '\n';
  if (UNSEEN.test(variant)) return '';
  if (SPACE.test(variant) || variant === '&nbsp;') return ' ';
  if (DASH.test(variant)) return '-';
  const code = variant.codePointAt(0) ?? 0;
  return DIGIT.test(variant) ? digitOf(code) : String.fromCharCode(code - FULL_WIDTH_OFFSET);
}

/** Unicode keeps the ten digits of a script together, in order. Compatibility digits have a script of their own. */
function digitOf(code: number): string {
  const compatible = String.fromCodePoint(code).normalize('NFKC');
  if (/^\d$/.test(compatible)) return compatible;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
