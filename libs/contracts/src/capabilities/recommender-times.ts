import { absent, type Convert } from './recommender-values.js';

const UNITS_PER_MS = [
  { below: 1e11, perMs: 1e-3 },
  { below: 1e14, perMs: 1 },
  { below: 1e17, perMs: 1e3 },
  { below: Infinity, perMs: 1e6 },
] as const;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e\+?\d{1,2})?$/i;
/** `20260131`, `20260131123000`, `20260131T123000Z`: as Unix times they would be in 1970 and 2612. */
const COMPACT =
  /^(?<year>(?:19|20)\d\d)(?<month>\d\d)(?<day>\d\d)(?:T?(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)?Z?)?$/;

/**
 * The orders of a date whose parts cannot be mistaken: `2026-01-31`, `31.01.2026`, `31 Jan 2026`, `Sat, 31 Jan 2026`,
 * `Sat Jan 31 2026`, `Jan 31, 2026`, and `01 31, 2026` of the reviews of Amazon. `01/02/2026` is none of them.
 */
const DAYS = [
  /^(?<year>\d{4})([-/.])(?<month>\d{1,2})\2(?<day>\d{1,2})(?=$|[T ])/i,
  /^(?<day>\d{1,2})\. ?(?<month>\d{1,2})\. ?(?<year>\d{4})(?=$|[ ,])/,
  /^(?:[a-z]{3,9},? )?(?<day>\d{1,2})[ -](?<month>[a-z]{3})[a-z]{0,6}\.?[ -](?<year>\d{4})(?=$|[ ,])/i,
  /^(?:[a-z]{3,9},? )?(?<month>[a-z]{3})[a-z]{0,6}\.? (?<day>\d{1,2}),? (?<year>\d{4})(?=$|[ ,])/i,
  /^(?<month>\d\d) (?<day>\d{1,2}), (?<year>\d{4})(?=$)/,
];
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
/** Zones by their names: those of RFC 5322, and Central Europe. The name of another zone is not read. */
const ZONES: Readonly<Record<string, string>> = {
  EST: '-05',
  EDT: '-04',
  CST: '-06',
  CDT: '-05',
  MST: '-07',
  MDT: '-06',
  PST: '-08',
  PDT: '-07',
  CET: '+01',
  CEST: '+02',
};
/** What follows the day. Behind its offset, a zone may be named: `+0000 UTC`, `GMT+0100 (CET)`, `+01:00[Europe/Berlin]`. */
const CLOCK =
  /^(?:T|,? )(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?: ?(?<half>[ap])\.?m\.?)? ?(?:Z|UTC|GMT)?(?<offset>[+-]\d\d(?::?\d\d)?)?(?: (?<zone>[A-Z]{3,4})| \([^()]{1,60}\)|\[[\w/+-]{1,40}\])?$/i;

/**
 * A time as RFC 3339: Unix seconds, milliseconds, micro- or nanoseconds (told apart by their size), ISO and SQL times,
 * `20260131`, `31.01.2026 12:30`, `31 Jan 2026`. A time without a zone is UTC, a date is its midnight.
 */
export const toTime: Convert = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value).trim();
  if (absent(text)) return '';
  const { groups } = COMPACT.exec(text) ?? {};
  const compact = groups && timeOf(groups, groups);
  if (compact !== undefined) return compact;
  return NUMBER.test(text) ? unixTime(Number(text)) : (calendarTime(text) ?? value);
};

function unixTime(value: number): unknown {
  const { perMs } = UNITS_PER_MS.find(({ below }) => Math.abs(value) < below) ?? UNITS_PER_MS[3];
  return isoOf(value / perMs) ?? value;
}

type Parts = Readonly<Record<string, string | undefined>>;

function calendarTime(text: string): string | undefined {
  for (const order of DAYS) {
    const day = order.exec(text);
    if (!day) continue;
    const rest = text.slice(day[0].length);
    const clock = CLOCK.exec(rest);
    return rest === '' || clock ? timeOf(day.groups!, clock?.groups ?? {}) : undefined;
  }
  return undefined;
}

/** Undefined for a day or a time that does not exist. */
function timeOf(
  { year, month, day }: Parts,
  { hour, minute, second, fraction = '', half, zone = '', offset = ZONES[zone.toUpperCase()] ?? '' }: Parts,
): string | undefined {
  const named = MONTHS.indexOf(month!.toLowerCase());
  const [y, m, d] = [Number(year), named === -1 ? Number(month) - 1 : named, Number(day)];
  const [shown, min, s] = [hour, minute, second].map((part) => Number(part ?? 0)) as [number, number, number];
  if (half !== undefined && (shown < 1 || shown > 12)) return undefined;
  const h = half === undefined ? shown : (shown % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  // A leap second is the one before.
  const localMs = Date.UTC(y, m, d, h, min, Math.min(s, 59));
  const local = new Date(localMs);
  // Date.UTC turns the 30th of February into a day of March.
  if (local.getUTCMonth() !== m || local.getUTCDate() !== d || h > 23 || min > 59 || s > 60) return undefined;
  return isoOf(localMs + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs(offset));
}

function offsetMs(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Years of four digits only, as RFC 3339 has them. */
function isoOf(ms: number): string | undefined {
  const date = new Date(ms);
  const iso = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return iso.length === 24 ? iso : undefined;
}
