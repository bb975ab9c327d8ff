import type { NameWord } from './name-word.js';

/** Names that rather are the month. */
const MONTH = /^(?:jan|april|may|june|august)$/;
/** Months of other languages that are names too. */
const FOREIGN_MONTH = /^(?:jan|mai|juni|juli|avril|abril|marzo|maggio)$/;
const DAY_BEFORE = /(?<!\d)[0-3]?\d\.? $/;
const GREETING_BEFORE = /(?<!\p{L})(?:hi|hiya|hello|hey|dear|hallo|hej),? $/iu;
const GREETING_REACH = 9;

export function isMonth(plain: string): boolean {
  return MONTH.test(plain);
}

/** "30. Juni" */
export function isMonthBehindDay(plain: string, before: string): boolean {
  return FOREIGN_MONTH.test(plain) && DAY_BEFORE.test(before);
}

/** "Dear June,": a greeting before the name, and nothing of a sentence behind it. */
export function isGreeted(text: string, { start, next }: NameWord): boolean {
  const before = text.slice(Math.max(0, start - GREETING_REACH), start);
  return GREETING_BEFORE.test(before) && /^(?:$|[,.!\n])/.test(text.slice(next, next + 1));
}
