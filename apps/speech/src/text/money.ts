import { counted, numberWords } from './numbers.js';

interface Currency {
  readonly one: string;
  readonly many: string;
  readonly part: string;
  readonly parts: string;
  /** Whether `two pounds fifty` is said. */
  readonly short: boolean;
}

const POUND: Currency = { one: 'pound', many: 'pounds', part: 'penny', parts: 'pence', short: true };
const DOLLAR: Currency = { one: 'dollar', many: 'dollars', part: 'cent', parts: 'cents', short: false };
const EURO: Currency = { one: 'euro', many: 'euros', part: 'cent', parts: 'cents', short: false };
const CURRENCIES: Readonly<Record<string, Currency>> = {
  ...{ '¥': { ...DOLLAR, one: 'yen', many: 'yen' }, JPY: { ...DOLLAR, one: 'yen', many: 'yen' } },
  CHF: { ...DOLLAR, one: 'franc', many: 'francs', part: 'centime', parts: 'centimes' },
  ...{ '£': POUND, $: DOLLAR, '€': EURO, GBP: POUND, USD: DOLLAR, EUR: EURO },
};
const SCALES: Readonly<Record<string, string>> = {
  ...{ k: 'thousand', m: 'million', bn: 'billion', thousand: 'thousand', million: 'million', billion: 'billion' },
};
const AMOUNT = String.raw`(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?(?!\d)(?: ?(k|m|bn|thousand|million|billion)\b)?`;
const BEFORE = new RegExp(String.raw`(?:US|A|C)?([£$€¥]|\b(?:GBP|USD|EUR|CHF|JPY) ?)${AMOUNT}`, 'gi');
const AFTER = new RegExp(String.raw`\b${AMOUNT} ?([£$€¥]|(?:GBP|USD|EUR|CHF|JPY)\b)`, 'gi');

/** A decimal comma, as in `12,50 €`, beside the sign of a currency. */
const DECIMAL_COMMA =
  /(?<=[£$€¥] ?)(\d{1,3}(?:\.\d{3})*|\d+),(\d\d)(?![\d,])|\b(\d{1,3}(?:\.\d{3})*|\d+),(\d\d)(?= ?[£$€¥])/g;
/** `£10-£20` has the sign twice, `€5-10` once. */
const RANGE =
  /([£$€¥])(\d+(?:\.\d\d)?) ?(?:[-–]| to ) ?\1?(\d+(?:\.\d\d)?)(?![\d.,]*\d| ?(?:%|k\b|m\b|bn\b|thousand|million|billion))/g;

/** `£2.50` is `two pounds fifty`, `$5m` is `five million dollars`, `20 EUR` is `twenty euros`. */
export function sayMoney(text: string): string {
  return text
    .replace(DECIMAL_COMMA, (_, ...parts: (string | undefined)[]) => {
      return `${(parts[0] ?? parts[2]!).replaceAll('.', '')}.${(parts[1] ?? parts[3])!}`;
    })
    .replace(RANGE, (written, sign: string, low: string, high: string) =>
      /\./.test(low + high) ? written : `${numberWords(low)} to ${sign}${high}`,
    )
    .replace(BEFORE, (_, sign: string, whole: string, part?: string, scale?: string) =>
      amount(sign, whole, part, scale),
    )
    .replace(AFTER, (_, whole: string, part: string | undefined, scale: string | undefined, sign: string) =>
      amount(sign, whole, part, scale),
    );
}

function amount(sign: string, whole: string, part: string | undefined, scale: string | undefined): string {
  const { one, many, part: onePart, parts, short } = CURRENCIES[sign.trim().toUpperCase()]!;
  if (scale) return `${numberWords(part ? `${whole}.${part}` : whole)} ${SCALES[scale.toLowerCase()]!} ${many}`;
  const small = Number((part ?? '0').padEnd(2, '0'));
  if (small === 0) return counted(whole, one, many);
  const change = counted(String(small), onePart, parts);
  if (Number(whole.replaceAll(',', '')) === 0) return change;
  const large = counted(whole, one, many);
  return short && small >= 10 ? `${large} ${numberWords(String(small))}` : `${large} and ${change}`;
}
