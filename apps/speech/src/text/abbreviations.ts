/** Said as written here wherever they stand. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\be\.g\.,?/gi, 'for example'],
  [/\bi\.e\.,?/gi, 'that is,'],
  [/\betc\.(?=\s*$)/gi, 'et cetera.'],
  [/\betc\b\.?/gi, 'et cetera'],
  [/\bvs\b\.?/gi, 'versus'],
  [/\bapprox\b\.?/gi, 'approximately'],
  [/\bincl\b\.?/gi, 'including'],
  [/\bexcl\b\.?/gi, 'excluding'],
  [/\bmax\./gi, 'maximum'],
  [/\bmin\.(?= \d)/gi, 'minimum'],
  [/\btel\.?:/gi, 'telephone'],
  [/\bDr\b\.?(?= [A-Z])/g, 'Doctor'],
  [/\bMr\b\.?/g, 'Mister'],
  [/\bMrs\b\.?/g, 'Missus'],
  [/\bMs\b\.?(?= [A-Z])/g, 'Miz'],
  [/\bProf\b\.?/g, 'Professor'],
  [/\bSt\b\.?(?= [A-Z])/g, 'Saint'],
  [/(?<=[A-Za-z] )St\b\.?/g, 'Street'],
  [/(?<=[A-Za-z] )Rd\b\.?/g, 'Road'],
  [/(?<=[A-Za-z] )Ave\b\.?/g, 'Avenue'],
  [/\bLtd\b\.?/g, 'Limited'],
  [/\bInc\b\./g, 'Incorporated'],
  [/\bNo\.? (?=\d)/g, 'number '],
  [/\ba\/c\b/gi, 'account'],
  [/\bw\/o(?= )/gi, 'without'],
  [/\bw\/(?= )/gi, 'with'],
  [/\bWi-?Fi\b/gi, 'wifi'],
  [/\bp\.a\./g, 'per annum'],
];

/** Units after a number. */
const UNITS: Readonly<Record<string, string>> = {
  ...{ km: 'kilometres', cm: 'centimetres', mm: 'millimetres', kg: 'kilograms', g: 'grams', ml: 'millilitres' },
  ...{ kb: 'kilobytes', mb: 'megabytes', gb: 'gigabytes', tb: 'terabytes', mph: 'miles per hour' },
  ...{ min: 'minutes', mins: 'minutes', sec: 'seconds', secs: 'seconds', hr: 'hours', hrs: 'hours', h: 'hours' },
  ...{ wk: 'weeks', wks: 'weeks', yr: 'years', yrs: 'years', mth: 'months', mths: 'months' },
  ...{ kwh: 'kilowatt hours', '°c': 'degrees Celsius', '°f': 'degrees Fahrenheit', '°': 'degrees' },
};
const UNIT =
  /(?<=\d) ?(km|cm|mm|kg|g|ml|kb|mb|gb|tb|mph|mins?|secs?|hrs?|h|wks?|yrs?|mths?|kwh|°c|°f|°)(?![a-z\d])\.?/gi;

/** `8 m2`, as `8 m²` reads when its exponent is a digit. */
const AREA = /(?<=\d) ?(m|km|cm|mm)([23])\b/g;
const AREAS: Readonly<Record<string, string>> = { '2': 'square', '3': 'cubic' };

/** Abbreviations and units as words. */
export function sayAbbreviations(text: string): string {
  const words = WORDS.reduce((said, [pattern, word]) => said.replace(pattern, word), text).replace(
    AREA,
    (_, unit: string, exponent: string, at: number, whole: string) =>
      ` ${AREAS[exponent]} ${one(whole.slice(0, at), unit === 'm' ? 'metres' : UNITS[unit]!)}`,
  );
  return words.replace(UNIT, (written, unit: string, at: number, whole: string) => {
    // The network, not the weight.
    if (unit === 'G') return written;
    const end = written.endsWith('.') && at + written.length === whole.trimEnd().length ? '.' : '';
    return ` ${one(whole.slice(0, at), UNITS[unit.toLowerCase()]!)}${end}`;
  });
}

function one(before: string, plural: string): string {
  return /(?:^|[^\d.,])1$/.test(before) ? plural.replace(/^(\w+?)s\b/, '$1') : plural;
}
