import { en, type ParsedResult } from 'chrono-node';
import type { FoundValue } from './found-value.js';

/** A sentence without one of these contains no date and is not parsed. */
const HINT =
  /\d|\b(?:today|tomorrow|yesterday|tonight|ago|(?:next|last|this|past|coming|previous)\s+\w+|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*\b/i;
/** Words that alone usually are not a date. */
const ALONE = /^(?:may|march|sun|sat|mon|wed|fri|thu|mar|now|second|week|month|year|day)\.?$/i;
const NUMERIC = /^(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}$/;
const CLOCK = /\b(?:hours?|hrs?|minutes?|mins?|seconds?|secs?)\b/i;
const MAX_CHARS = 2_000;

/**
 * Dates with a day or a month, also relative ones (`tomorrow`, `last Friday`). The value, YYYY-MM-DD, is present only
 * if day, month and year are stated or follow from the reference day. `5 May` has no value, and neither has
 * `03/04/2026`, which is ambiguous between American and European order.
 */
export function findDates(text: string, reference: Date): FoundValue[] {
  if (text.length > MAX_CHARS || !HINT.test(text)) return [];
  return en.casual
    .parse(text, { instant: reference, timezone: 0 })
    .filter(isDate)
    .map((result) => ({
      type: 'date' as const,
      start: result.index + (/^(?:on|in|at|by)\s+/i.exec(result.text)?.[0].length ?? 0),
      end: result.index + result.text.trimEnd().length,
      confidence: result.start.isCertain('day') ? 0.95 : 0.8,
      ...valueOf(result),
    }));
}

function isDate({ text, start }: ParsedResult): boolean {
  if (ALONE.test(text.trim()) || CLOCK.test(text)) return false;
  return start.isCertain('day') || start.isCertain('weekday') || (start.isCertain('month') && /\p{L}{3}/u.test(text));
}

function valueOf({ text, start }: ParsedResult): { value?: string } {
  const numeric = NUMERIC.exec(text.trim());
  const ambiguous = numeric && Number(numeric[1]) <= 12 && Number(numeric[2]) <= 12 && numeric[1] !== numeric[2];
  if (ambiguous || !(['day', 'month', 'year'] as const).every((part) => start.isCertain(part))) return {};
  const [year, month, day] = (['year', 'month', 'day'] as const).map((part) => start.get(part) ?? 0);
  const value = `${pad(year!, 4)}-${pad(month!, 2)}-${pad(day!, 2)}`;
  return Number.isNaN(Date.parse(value)) ? {} : { value };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
