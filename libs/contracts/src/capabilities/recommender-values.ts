/** A value as the caller sent it, in the form of the contract; a value that has no such form is left as it is. */
export type Convert = (value: unknown) => unknown;

/** Ids are texts. Above 2^53 different numbers of a JSON text become the same number, so they are no ids. */
export const toId: Convert = (value) => {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && (Number.isSafeInteger(value) || value % 1 !== 0) ? String(value) : value;
};

export const toText: Convert = (value) =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : value;

/** `4.5`, `"4.5"` and the decimal comma of semicolon files, `"4,5"`. */
export const toNumber: Convert = (value) => {
  if (typeof value !== 'string' || value.trim() === '') return value;
  return Number(/^\s*-?\d+,\d{1,2}\s*$/.test(value) ? value.replace(',', '.') : value);
};

/** A price with or without its currency: `9.5`, `"9,50 €"`, `"USD 1,299.00"`. A text without digits is no price. */
export const toPrice: Convert = (value) => {
  if (typeof value !== 'string') return value;
  const digits = value.replace(/[^\d.,-]/g, '');
  if (!/\d/.test(digits)) return '';
  const decimals = /[.,](\d{1,2})$/.exec(digits)?.[1];
  const whole = (decimals === undefined ? digits : digits.slice(0, -decimals.length - 1)).replace(/[.,]/g, '');
  return Number(`${whole}.${decimals ?? '0'}`);
};

const UNITS_PER_MS = [
  { below: 1e11, perMs: 1e-3 },
  { below: 1e14, perMs: 1 },
  { below: 1e17, perMs: 1e3 },
  { below: Infinity, perMs: 1e6 },
] as const;
const DATE =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** As Unix seconds it would be a day in 1970. */
const COMPACT_DATE = /^((?:19|20)\d\d)(\d\d)(\d\d)$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * A time as RFC 3339: Unix seconds, milliseconds, micro- or nanoseconds (told apart by their size), ISO and SQL times,
 * `20260131`. A time without a zone is UTC, a date is its midnight.
 */
export const toTime: Convert = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value).trim();
  const [, year, month, day] = COMPACT_DATE.exec(text) ?? [];
  const date = year === undefined ? undefined : calendarTime(`${year}-${month}-${day}`);
  if (date !== undefined) return date;
  return NUMBER.test(text) ? unixTime(Number(text)) : (calendarTime(text) ?? value);
};

function unixTime(value: number): unknown {
  const { perMs } = UNITS_PER_MS.find(({ below }) => Math.abs(value) < below) ?? UNITS_PER_MS[3];
  return isoOf(value / perMs) ?? value;
}

function calendarTime(text: string): string | undefined {
  const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const parts = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const localMs = Date.UTC(parts[0], parts[1] - 1, ...(parts.slice(2) as [number, number, number, number]));
  const local = new Date(localMs);
  // Date.UTC turns the 30th of February into a day of March.
  const isReal = local.getUTCMonth() === parts[1] - 1 && local.getUTCDate() === parts[2] && parts[3] < 24;
  if (!isReal || parts[4] > 59 || parts[5] > 59) return undefined;
  return isoOf(localMs + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs(zone));
}

function offsetMs(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Years of four digits only, as RFC 3339 has them. */
function isoOf(ms: number): string | undefined {
  const date = new Date(ms);
  const iso = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return iso.length === 24 ? iso : undefined;
}

/** Well-known events that some write as one word. */
const ONE_WORD_EVENTS: Readonly<Record<string, string>> = {
  addtocart: 'add_to_cart',
  addtobasket: 'add_to_basket',
  addtowishlist: 'add_to_wishlist',
  removefromcart: 'remove_from_cart',
  notinterested: 'not_interested',
  thumbsup: 'thumbs_up',
  thumbsdown: 'thumbs_down',
  pageview: 'page_view',
};

/** One spelling of an event: `AddToCart`, `add-to-cart` and `ADD TO CART` are `add_to_cart`. */
export const toEvent: Convert = (value) => {
  if (typeof value !== 'string') return value;
  const words = value
    .trim()
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
  return ONE_WORD_EVENTS[words] ?? words;
};

const YES = ['true', 'yes', 'y', 'instock', 'available', 'preorder', 'backorder', 'limited'];
const NO = ['false', 'no', 'n', 'outofstock', 'soldout', 'unavailable', 'notavailable', 'discontinued', 'none'];

/** Whether something can be had: true and false, yes and no, "out of stock", or the number of pieces. */
export const toFlag: Convert = (value) => {
  if (typeof value === 'number') return Number.isNaN(value) ? value : value > 0;
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase().replace(/[\s_-]+/g, '');
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  return word !== '' && !Number.isNaN(Number(value)) ? Number(value) > 0 : value;
};

export const toOppositeFlag: Convert = (value) => {
  const flag = toFlag(value);
  return typeof flag === 'boolean' ? !flag : flag;
};

/** One or several categories: a list, or a text such as `Action|Comedy`. */
export const toCategories: Convert = (value) => {
  const list = typeof value === 'string' ? value.split('|') : value;
  return Array.isArray(list)
    ? list
        .slice(0, 100)
        .map(toText)
        .filter((each) => each !== '')
    : toText(list);
};
