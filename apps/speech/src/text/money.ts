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
  ...{ '£': POUND, $: DOLLAR, '€': EURO, GBP: POUND, USD: DOLLAR, EUR: EURO },
};
const SCALES: Readonly<Record<string, string>> = {
  ...{ k: 'thousand', m: 'million', bn: 'billion', thousand: 'thousand', million: 'million', billion: 'billion' },
};
const AMOUNT = String.raw`(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?(?!\d)(?: ?(k|m|bn|thousand|million|billion)\b)?`;
const BEFORE = new RegExp(String.raw`(?:US|A|C)?([£$€]|\b(?:GBP|USD|EUR) ?)${AMOUNT}`, 'gi');
const AFTER = new RegExp(String.raw`\b${AMOUNT} ?([£$€]|(?:GBP|USD|EUR)\b)`, 'gi');

/** `£2.50` is `two pounds fifty`, `$5m` is `five million dollars`, `20 EUR` is `twenty euros`. */
export function sayMoney(text: string): string {
  return text
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
