import type { FoundValue } from './found-value.js';

const SIGNS: Readonly<Record<string, string>> = {
  $: 'USD',
  us$: 'USD',
  a$: 'AUD',
  c$: 'CAD',
  nz$: 'NZD',
  hk$: 'HKD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₩': 'KRW',
  dollar: 'USD',
  dollars: 'USD',
  buck: 'USD',
  bucks: 'USD',
  euro: 'EUR',
  euros: 'EUR',
  pound: 'GBP',
  pounds: 'GBP',
  quid: 'GBP',
  yen: 'JPY',
  rupee: 'INR',
  rupees: 'INR',
  rs: 'INR',
  francs: 'CHF',
};
const CODES = 'USD|EUR|GBP|CHF|JPY|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|HKD|SGD|ZAR|BRL|MXN|KRW|TRY|AED';
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
  trillion: 1e12,
  lakh: 1e5,
  crore: 1e7,
};

const NUMBER = String.raw`\d{1,15}(?:[.,  ]\d{3}(?!\d)){0,5}(?:[.,]\d{1,2}(?!\d))?`;
const SCALE = String.raw`(?:[\s-]?(k|m|mn|b|bn|thousand|million|billion|trillion|lakh|crore)(?![\p{L}\d]))?`;
/** The upper end of a range, whose scale is that of both: `$2.5-3 billion`, `between $2 and $3 billion`. */
const RANGE = new RegExp(
  String.raw`^(?:\s?[-–]\s?|\s(?:to|and)\s)(?:(?:us|a|c|nz|hk)?\$|[€£¥₹₩])?\s?${NUMBER}${SCALE}`,
  'iu',
);
/** How far the upper end is looked for. */
const RANGE_CHARS = 40;
const BEFORE = new RegExp(
  String.raw`(?<![\p{L}\d])((?:us|a|c|nz|hk)?\$|[€£¥₹₩]|(?-i:Rs)\.?|(?:${CODES}))\s?(${NUMBER})${SCALE}`,
  'giu',
);
const AFTER = new RegExp(
  String.raw`(?<![\p{L}\d.,$€£])(${NUMBER})${SCALE}[\s-]?(${CODES}|[€£]|dollars?|bucks?|euros?|pounds?|quid|yen|rupees?|francs)(?![\p{L}\d])`,
  'giu',
);

/** Amounts with a currency, as `12.50 EUR`. `$` and `dollars` count as US dollars, with less confidence. */
export function findMoney(text: string): FoundValue[] {
  if (!/\d/.test(text)) return [];
  const before = Array.from(text.matchAll(BEFORE), (match) =>
    foundOf(match, match[1]!, match[2]!, match[3] ?? scaleOfRange(text, match)),
  );
  const after = Array.from(text.matchAll(AFTER), (match) => foundOf(match, match[3]!, match[1]!, match[2]));
  return [...before, ...after];
}

function scaleOfRange(text: string, match: RegExpExecArray): string | undefined {
  const after = match.index + match[0].length;
  const rest = text.slice(after, after + RANGE_CHARS);
  const isBetween = /\bbetween $/i.test(text.slice(Math.max(0, match.index - 10), match.index));
  return !isBetween && /^\sand\s/i.test(rest) ? undefined : RANGE.exec(rest)?.[1];
}

function foundOf(match: RegExpExecArray, sign: string, digits: string, scale: string | undefined): FoundValue {
  const amount = amountOf(digits) * (SCALES[scale?.toLowerCase() ?? ''] ?? 1);
  const named = sign.trim().toLowerCase().replace('.', '');
  const currency = SIGNS[named] ?? named.toUpperCase();
  return {
    type: 'money',
    start: match.index,
    end: match.index + match[0].length,
    confidence: /\$|dollar|buck|pound/.test(named) ? 0.9 : 0.97,
    value: `${amount.toFixed(2)} ${currency}`,
  };
}

/** The last separator is the decimal point if one or two digits follow it; all other separators group digits. */
function amountOf(digits: string): number {
  const fraction = /[.,](\d{1,2})$/.exec(digits);
  const whole = (fraction ? digits.slice(0, fraction.index) : digits).replace(/\D/g, '');
  return Number(`${whole}.${fraction?.[1] ?? '0'}`);
}
