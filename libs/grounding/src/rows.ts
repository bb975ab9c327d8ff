import { contentKeys, wordsOf } from './words.js';

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
/** Cells that hold many values, with the lowest and the highest. */
const RANGES: readonly (readonly [pattern: RegExp, range: (first: number, second: number) => Range])[] = [
  [new RegExp(String.raw`${NUMBER}\s*(?:to|–|-|until)\s*${NUMBER}`, 'iu'), (low, high) => [low, high]],
  [
    new RegExp(String.raw`${NUMBER}(?:\s+\p{L}+)?\s*(?:\+|(?:or|and)\s+(?:more|over|above|older|longer))`, 'iu'),
    (low) => [low, Infinity],
  ],
  [new RegExp(String.raw`(?:at least|from)\s+${NUMBER}`, 'iu'), (low) => [low, Infinity]],
  [new RegExp(String.raw`(?:more than|over)\s+${NUMBER}`, 'iu'), (low) => [low + Number.EPSILON * low, Infinity]],
  [new RegExp(String.raw`(?:fewer than|less than|under|below)\s+${NUMBER}`, 'iu'), (high) => [0, high * (1 - 1e-9)]],
  [new RegExp(String.raw`(?:up to|at most)\s+${NUMBER}`, 'iu'), (high) => [0, high]],
  [new RegExp(String.raw`^${NUMBER}\s+\p{L}+$`, 'iu'), (only) => [only, only]],
];
/** Of a longer time, how many of a shorter one that a cell may have. */
const TIMES = (
  [
    ['year', 'month', 12],
    ['month', 'day', 30],
    ['week', 'day', 7],
    ['hour', 'minute', 60],
  ] as const
).map(([longer, shorter, times]) => ({ longer: stemOf(longer), shorter: stemOf(shorter), times }));
const CODE = /(?<![\p{L}\p{N}])(\p{L}{1,4})(\d{1,4})(?![\p{L}\p{N}])/giu;
const CODES = /^(\p{L}{1,4})(\d{1,4})\s*(?:to|until|–|—|-)\s*\1(\d{1,4})$/iu;
const MONEY = /[£$€¥%]/u;

type Range = readonly [low: number, high: number];
interface Quantity {
  readonly value: number;
  /** The stem of the word behind it. */
  readonly unit: string | undefined;
}

/**
 * How well a row of a table fits a question: 1 if the question has all words of its name (`Plan: Gold` for "how much is
 * Gold"), or a quantity that its first cell holds (`Days before arrival: 14 to 27` for "in 3 weeks"); -1 if its first cell
 * holds other quantities; else 0.
 */
export function rowFit(question: string, row: string): -1 | 0 | 1 {
  const { column, value, name } = firstCellOf(row);
  const range = MONEY.test(value) ? undefined : rangeOf(value);
  if (range) {
    const units = new Set(wordsOf(`${column} ${value}`).map(({ key }) => key));
    const held = quantitiesIn(question).flatMap((quantity) => valueIn(units, quantity) ?? []);
    if (held.length > 0) return held.some((each) => each >= range[0] && each <= range[1]) ? 1 : -1;
  }
  const coded = codeFit(question, value);
  if (coded !== 0) return coded;
  const named = contentKeys(joined(name));
  const asked = new Set([...contentKeys(joined(question)), ...contentKeys(question.replace(/[-‐‑]/gu, ' '))]);
  return named.size > 0 && [...named].every((key) => asked.has(key)) ? 1 : 0;
}

/** `Fees – Plan: Gold; Fee: £5` is named Gold, and so is `Fees – Gold: £5`. What is in brackets explains a name. */
function firstCellOf(row: string): { column: string; value: string; name: string } {
  const cells = (row.split(' – ').at(-1) ?? row).replace(/\.$/u, '').split('; ');
  const [, column = '', value = cells[0]!] = /^([^:]*):\s+(.*)$/u.exec(cells[0]!) ?? [];
  const name = cells.length === 1 && column !== '' ? column : value;
  return { column, value, name: name.replace(/\([^)]*\)/gu, ' ') };
}

/** Whether a code of the question is in the range of codes that a cell holds: `WB12` in `WB10 to WB14`. */
function codeFit(question: string, value: string): -1 | 0 | 1 {
  const [, letters = '', first, last] = CODES.exec(value) ?? [];
  const asked = [...question.matchAll(CODE)].filter(([, of = '']) => of.toLowerCase() === letters.toLowerCase());
  if (first === undefined || asked.length === 0) return 0;
  return asked.some(([, , code]) => Number(code) >= Number(first) && Number(code) <= Number(last)) ? 1 : -1;
}

function rangeOf(value: string): Range | undefined {
  for (const [pattern, range] of RANGES) {
    const [, first, second] = pattern.exec(value) ?? [];
    if (first !== undefined) return range(Number(first), Number(second));
  }
  return undefined;
}

function quantitiesIn(question: string): Quantity[] {
  const words = wordsOf(question);
  return words.flatMap(({ kind, key }, n) => {
    const value = Number(key.slice(1));
    return kind === 'number' && Number.isFinite(value) ? [{ value, unit: words[n + 1]?.key }] : [];
  });
}

/** The quantity in the units of a cell; undefined if it is something else. */
function valueIn(units: ReadonlySet<string>, { value, unit = '' }: Quantity): number | undefined {
  if (units.has(unit)) return value;
  const time = TIMES.find(({ longer, shorter }) => longer === unit && units.has(shorter));
  return time && value * time.times;
}

function stemOf(word: string): string {
  return wordsOf(word)[0]!.key;
}

/** `check-up` is `checkup`. */
function joined(text: string): string {
  return text.replace(/(?<=\p{L})[-‐‑](?=\p{L})/gu, '');
}
