import { numberWords, ordinalWords, yearWords } from './numbers.js';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const SHORT = String.raw`(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)`;
const MONTH = String.raw`(${MONTHS.join('|')}|${SHORT}(?![a-z]))(?:(?<=${SHORT})\.)?(?![a-z])`;
const YEAR = String.raw`(?:,? ((?:19|20)\d\d)\b)?`;
const DAYS = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;
const LIST = new RegExp(String.raw`\b(the )?${DAYS}(,| and| or| to|-|–) ${DAYS} ${MONTH}${YEAR}`, 'g');
const DAY_FIRST = new RegExp(String.raw`\b(the )?${DAYS} (?:of )?${MONTH}${YEAR}`, 'g');
const MONTH_FIRST = new RegExp(String.raw`\b${MONTH} ${DAYS}(?![\d:.]*\d)${YEAR}`, 'g');
const MONTH_ALONE = new RegExp(String.raw`\b${MONTH} ((?:19|20)\d\d)\b`, 'g');
const ISO = /\b((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b/g;
/** A date with a time of day: `2026-12-01T09:30Z`. */
const ISO_TIME = /(\b(?:19|20)\d\d-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\b/g;
const DECADE = /\b(1[1-9]|20)(\d)0s\b|(?<=\bthe )(\d)0s\b/g;
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const SHORT_WEEKDAY = String.raw`\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b`;
/** `Mon` is a weekday beside another, or before a date or a time. */
const WEEKDAY = new RegExp(
  String.raw`${SHORT_WEEKDAY}\.?(?=(?:[,:]? \d| ?(?:[-–&/,]|and|to|or) ?${SHORT_WEEKDAY}))|(?<=${SHORT_WEEKDAY}\.? ?(?:[-–&/,]|and|to|or) ?)${SHORT_WEEKDAY}`,
  'g',
);
const SLASHES = /\b(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)\b/g;
/** A number of four digits is a year after these words. */
const YEAR_ALONE =
  /\b(in|since|from|until|till|before|after|by|during|of|year|between|late|early|mid) ((?:1[1-9]|20)\d\d)\b(?![,.]?\d| ?[%£$€]| [a-z]+s\b)/gi;

/** Dates as they are said, the day first where a date has digits only: `12/05/2024` is the twelfth of May. */
export function sayDates(text: string): string {
  return text
    .replace(WEEKDAY, (written) => WEEKDAYS.find((day) => day.startsWith(written.slice(0, 3))) ?? written)
    .replace(ISO_TIME, '$1 at $2')
    .replace(DECADE, (_, century?: string, ten?: string, alone?: string) => decade(century, ten ?? alone!))
    .replace(ISO, (_, year: string, month: string, day: string) => date(day, month, year))
    .replace(SLASHES, (written, first: string, second: string, year: string) => {
      const [day, month] = Number(second) > 12 ? [second, first] : [first, second];
      return Number(month) > 12 || Number(day) > 31 ? written : date(day, month, year);
    })
    .replace(LIST, (_, _the, first: string, joint: string, second: string, month: string, year?: string) => {
      const between = /[-–]/.test(joint) ? ' to' : joint;
      return `the ${ordinalWords(first)}${between} ${ordinalWords(second)} of ${monthName(month)}${after(year)}`;
    })
    .replace(DAY_FIRST, (_, _the, day: string, month: string, year?: string) => {
      return `the ${ordinalWords(day)} of ${monthName(month)}${after(year)}`;
    })
    .replace(MONTH_FIRST, (_, month: string, day: string, year?: string) => {
      return `${monthName(month)} ${ordinalWords(day)}${after(year)}`;
    })
    .replace(MONTH_ALONE, (_, month: string, year: string) => `${monthName(month)} ${yearWords(year)}`)
    .replace(YEAR_ALONE, (_, word: string, year: string) => `${word} ${yearWords(year)}`);
}

function date(day: string, month: string, year: string): string {
  return `the ${ordinalWords(String(Number(day)))} of ${MONTHS[Number(month) - 1]!} ${yearWords(year)}`;
}

/** `1990s` is `nineteen nineties`. */
function decade(century: string | undefined, ten: string): string {
  const tens = numberWords(`${ten}0`);
  const many = ten === '0' ? 'hundreds' : ten === '1' ? 'tens' : tens.replace(/y$/, 'ies');
  return century ? `${numberWords(century)} ${many}` : many;
}

function after(year: string | undefined): string {
  return year ? ` ${yearWords(year)}` : '';
}

function monthName(written: string): string {
  return MONTHS.find((month) => month.startsWith(written.slice(0, 3))) ?? written;
}

const TIME = /\b([01]?\d|2[0-4])(?:[:.]([0-5]\d))? ?([ap])\.?m\b\.?|\b([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?\b/gi;

/** Times as they are said: `5:30pm` is `five thirty P M`, `14:45` is `two forty five P M`, `00:00` is `midnight`. */
export function sayTimes(text: string): string {
  return text.replace(
    TIME,
    (written: string, hour?: string, minutes?: string, half?: string, of24?: string, past?: string) => {
      const ends = /m\.$/i.test(written) && /^\s*$/.test(text.slice(text.indexOf(written) + written.length)) ? '.' : '';
      if (half) return `${clock(Number(hour), minutes)} ${half.toUpperCase()} M${ends}`;
      return timeOf24(of24!, past!);
    },
  );
}

function timeOf24(hour: string, minutes: string): string {
  const value = Number(hour) % 24;
  if (minutes === '00' && value === 0) return 'midnight';
  if (minutes === '00' && value === 12) return 'noon';
  const half = value >= 12 ? 'P M' : 'A M';
  // `7:30` may be of either half of the day; `07:30`, `14:30` and full hours are of the twenty-four.
  const certain = value > 12 || hour.startsWith('0') || minutes === '00';
  return `${clock(value % 12 || 12, minutes)}${certain ? ` ${half}` : ''}`;
}

function clock(hour: number, minutes: string | undefined): string {
  if (!minutes || minutes === '00') return numberWords(String(hour));
  const past = minutes.startsWith('0') ? `oh ${numberWords(minutes.slice(1))}` : numberWords(minutes);
  return `${numberWords(String(hour))} ${past}`;
}
