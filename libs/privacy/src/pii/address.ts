import type { PersonalData } from './finding.js';
import { LETTERED_POSTCODE, POSTCODE_BEFORE_TOWN, POSTCODE_BEHIND_TOWN } from './postcodes.js';
import { STREET_FORMS } from './streets.js';

const NAME = "\\p{Lu}[\\p{L}'’.-]{0,30}";
const UNIT_WORD =
  '(?:apt|apartment|appartement|app|appt|suite|ste|unit|flat|floor|level|fl|room|rm|studio|maisonette|lot|wohnung)';
const UNIT = `(?:${UNIT_WORD}\\.? ?#?|#)[\\p{N}\\p{L}/-]{1,6}(?<=\\d[\\p{L}-]?|[ #]\\p{L})`;
const GAP = '[, \\n]{1,3}';

const after = (source: string, flags = 'uy'): RegExp => new RegExp(source, flags);
/** What follows the street, each at most once, in this order. */
const TAIL: readonly RegExp[] = [
  after(' (?:N|S|E|W|NE|NW|SE|SW|Nord|Sud|Est|Ouest)(?![\\p{L}\\p{N}])'),
  after(`(?:${GAP}| >? ?)${UNIT}(?![\\p{L}\\p{N}])`, 'iuy'),
  // "Calle Mayor 15, 3º B", "ul. Długa 7 m. 4", "Mannerheimintie 5 B 12, 00100 Helsinki"
  after(',? \\d{1,2}[.]?[ºª°](?:[ -]?(?:[A-Z]|izq|dcha|izda)(?![\\p{L}\\p{N}])\\.?)?'),
  after(' m\\.? ?\\d{1,4}(?![\\p{L}\\p{N}])'),
  after(' \\d{1,3}(?=, \\d{4,5} \\p{Lu})'),
];
/** Town, region and postcode; the surest form first. */
const PLACES: readonly RegExp[] = [
  after(
    `${GAP}${POSTCODE_BEFORE_TOWN} ${NAME}(?:[ -]${NAME}){0,2}(?: (?:am|an der|im|ob der|sur|aan den?|upon) ${NAME})?`,
  ),
  after(`(?:${GAP}(?:[\\p{L}][\\p{L}'’.-]{0,30}|\\d{1,2})){0,7}?${GAP}${LETTERED_POSTCODE}`, 'iuy'),
  after(`(?:${GAP}${NAME}){1,5}?${GAP}${POSTCODE_BEHIND_TOWN}`),
  after(`[,\\n]{1,2} ?${NAME}(?: ${NAME}){0,2}(?:,? [A-Z]{2,3}(?![\\p{L}\\p{N}]))?`),
];
const COUNTRY = after(
  ',? (?:United Kingdom|UK|U\\.K\\.|England|Scotland|Wales|Northern Ireland|Ireland|United States(?: of America)?|USA|U\\.S\\.A\\.|US|Canada|Australia|New Zealand|India|Germany|Deutschland|France|Spain|España|Italy|Italia|Netherlands|Nederland|Belgium|Austria|Österreich|Switzerland|Schweiz|Suisse|Portugal|Poland|Polska|Sweden|Norway|Denmark|Finland)(?![\\p{L}\\p{N}])',
);
/** What stands before the street: "Flat 9, Quarry Court, ", "The Old Mill, ", "Unit 5/", "1st Floor Flat, ". */
const HEAD = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:\\d{1,2}(?:st|nd|rd|th) floor(?: flat)?,? |${UNIT}(?:,? |[,/])(?:${NAME}(?: ${NAME}){0,2}, )?|${UNIT_WORD}\\.? |(?:The )?(?:${NAME} ){1,3}?(?:House|Court|Cottage|Mill|Forge|Lodge|Farm|Hall|Barn|Manor|Villa|Building|Tower|Towers|Mansions|Rectory|Grange|Apartments),? )$`,
  'iu',
);
const HEAD_REACH = 60;
/** "on 12 May Close the account": without a town behind it rather a day and the next clause. */
const DAY_AND_MONTH =
  /^(?:[12]?\d|3[01]) (?:jan(?:uary)?|feb(?:ruary)?|march|mar|april|apr|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? \S+$/i;

/** Street addresses: a street with its number, and the unit, town, region and postcode around it. */
export function findAddresses(text: string): PersonalData[] {
  const streets = STREET_FORMS.filter(({ hint }) => hint.test(text)).flatMap(({ kind, pattern, confidence }) =>
    [...text.matchAll(pattern)].flatMap(({ 0: street, index }): PersonalData[] => {
      const behind = index + street.length;
      const end = endOfAddress(text, behind);
      if (end === behind && DAY_AND_MONTH.test(street)) return [];
      const [start, last] = [startOfAddress(text, index), text[end - 1] === '.' ? end - 1 : end];
      return [{ start, end: last, type: 'address', confidence, kind }];
    }),
  );
  return [...streets, ...findByPostcode(text)];
}

function startOfAddress(text: string, street: number): number {
  return street - (HEAD.exec(text.slice(Math.max(0, street - HEAD_REACH), street))?.[0].length ?? 0);
}

function endOfAddress(text: string, street: number): number {
  let end = street;
  for (const part of TAIL) end += lengthAt(part, text, end);
  const town = end;
  end += PLACES.map((part) => lengthAt(part, text, town)).find((length) => length > 0) ?? 0;
  return end + lengthAt(COUNTRY, text, end);
}

function lengthAt(part: RegExp, text: string, at: number): number {
  part.lastIndex = at;
  return part.exec(text)?.[0].length ?? 0;
}

/** "Rose Cottage, Mill Lane, Haworth, West Yorkshire BD22 8QF": names before a postcode with letters. */
const BY_POSTCODE = new RegExp(
  `(?<![\\p{L}\\p{N}'’-])(?:${NAME}|\\d{1,5}[A-Za-z]?)(?:,? (?:${NAME}|\\d{1,5}[A-Za-z]?)){0,12},? ${LETTERED_POSTCODE}`,
  'gu',
);
const POSTCODE_ALONE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:post ?code|postal code|eir ?code|zip(?: code)?)(?: is|['’]s|:| -)?|(?:liv(?:e|es|ed|ing)|based|located|resid(?:e|es|ing)|mov(?:e|ed|ing)|deliver(?:ed)?|sen[dt]|ship(?:ped)?|post(?:ed)?|house|home|flat|address)(?: (?:it|one|them|is|me))? (?:in|at|to|near|from)) (?<code>${LETTERED_POSTCODE})`,
  'giu',
);
/** A Dutch one identifies a street too; elsewhere its form, "2024 AD", is not sure enough. */
const DUTCH_POSTCODE_ALONE =
  /(?<![\p{L}\p{N}])(?:[Pp]ost ?code|[Pp]ostal code)(?: is|['’]s|:| -)? (?<code>[1-9]\d{3}(?: ?[A-Z]{2}|[a-z]{2}))(?![\p{L}\p{N}])/gu;
/** "Galaxy M12 3GB" */
const CAPACITY = /^[^,]{0,40}\d[GTMK]B$/u;

function findByPostcode(text: string): PersonalData[] {
  const named = [...text.matchAll(BY_POSTCODE)]
    .filter(([match]) => !CAPACITY.test(match))
    .map(({ 0: match, index }) => address(index, match.length, 'postcode'));
  const alone = [POSTCODE_ALONE, DUTCH_POSTCODE_ALONE]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ 0: match, index, groups }) => {
      const code = groups?.['code'] ?? '';
      return address(index + match.length - code.length, code.length, 'postcode');
    });
  return [...named, ...alone];
}

/** "my address is …", "we moved to …": what follows in the same clause, if it has a number. */
const INTRODUCED =
  /(?:address(?: is|:| to)?|(?:live|lives|lived|living|located|resides?|office is) (?:at|in|on)|(?:ship|shipped|deliver|delivered|sent?|moved) (?:it |one |them )?to):?\s{1,3}(?<place>(?:\d{1,6}[a-z]?,? \p{Lu}[^\n?!.;:]{2,50}|\p{Lu}[\p{L}'’ -]{2,40} \d{1,5}[a-z]?)(?:\n ?(?:\p{L}|\d)[^\n?!:]{1,40}){0,3})(?=[\n?!.,;]|$)/gu;
const DATE =
  /\b(?:19|20)\d\d$|\b(?:(?:sun|mon|tues|wednes|thurs|fri|satur)day|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/** Addresses of any form behind words that introduce them. */
export function findIntroducedAddresses(text: string): PersonalData[] {
  return [...text.matchAll(INTRODUCED)].flatMap(({ 0: match, index, groups }) => {
    const place = (groups?.['place'] ?? '').trimEnd();
    if (DATE.test(place)) return [];
    return [address(index + match.length - (groups?.['place'] ?? '').length, place.length, 'introduced')];
  });
}

function address(start: number, length: number, kind: string): PersonalData {
  return { start, end: start + length, type: 'address', confidence: kind === 'introduced' ? 0.75 : 0.9, kind };
}
