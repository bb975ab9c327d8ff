import type { FoundValue } from './found-value.js';

/** A subset of RFC 5322 without quotes and comments; lengths are limited as in RFC 5321. */
const EMAIL =
  /(?<![\w.+-])[A-Za-z0-9](?:[\w+-]|\.(?!\.)){0,63}(?<!\.)@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/g;

export function findEmails(text: string): FoundValue[] {
  if (!text.includes('@')) return [];
  return Array.from(text.matchAll(EMAIL), (match) => ({
    type: 'email' as const,
    start: match.index,
    end: match.index + match[0].length,
    confidence: 0.99,
    value: match[0].toLowerCase(),
  }));
}
