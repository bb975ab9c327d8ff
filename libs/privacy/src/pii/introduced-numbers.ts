import { digitGroups } from './digit-groups.js';
import type { PersonalData, PersonalDataType } from './finding.js';
import { SPACELESS } from './normal-form.js';
import { SPOKEN_GROUP } from './spoken-digits.js';

interface Introduced {
  readonly type: PersonalDataType;
  readonly kind: string;
  /** What introduces the value. */
  readonly noun: string;
  readonly value: string;
  /** How many digits the value has at least. */
  readonly digits: number;
}

const NUMBER = ' ?(?:numbers?|num|no\\.?|nr\\.?|id|#)';
const LINK = "(?:[ ,]{0,2}(?:is|was|are|ist|est|es|reads?|:|=|#|-|'s|’s|on|in|\\(){1,2} ?| )(?:: ?|still |now )?";
const END = `(?!(?!${SPACELESS})[\\p{L}\\p{N}]|[.,]\\d)`;
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DATE = `(?:\\d{1,2}[./ -]\\d{1,2}[./ -](?:19|20)?\\d{2}|(?:19|20)\\d{2}[./ -]\\d{1,2}[./ -]\\d{1,2}|(?:the )?\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH},? (?:19|20)\\d{2}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\\d{2}|(?:19|20)\\d{2} ?年 ?\\d{1,2} ?月 ?\\d{1,2} ?日)`;

/** Numbers without a check or a form of their own: a word such as "passport number" must introduce them. */
const KINDS: readonly Introduced[] = [
  {
    type: 'bank_account',
    kind: 'account-number',
    // Not "the phone number on my account is".
    noun: `(?:account|acct|acc|a/c|konto)${NUMBER}|(?<!\\b(?:on|to|from|with|for|in|of) (?:(?:my|the|your|our|an?) )?)(?:account|acct|acc|a/c)`,
    value: `(?:\\d(?:[ -]?\\d){6,11}|(?:${SPOKEN_GROUP})(?:,? (?:${SPOKEN_GROUP})){4,11})`,
    digits: 7,
  },
  {
    type: 'national_id',
    kind: 'passport',
    noun: `(?:passport|reisepass|pasaporte|passeport)(?:${NUMBER})?`,
    value: '(?:[A-Z]{0,2} ?\\d(?:[ -]?\\d){5,8}[A-Z]?|[A-Z][A-Z0-9]{8})',
    digits: 6,
  },
  {
    type: 'national_id',
    kind: 'driving-licence',
    noun: `driv(?:ing|er[’']?s?) licen[cs]e(?:${NUMBER})?`,
    value: '(?=[A-Z0-9 -]{0,16}\\d)[A-Z0-9](?:[ -]?[A-Z0-9]){6,17}',
    digits: 4,
  },
  {
    type: 'national_id',
    kind: 'tax-number',
    noun: `(?:tax(?:payer)?(?: (?:identification|reference))?${NUMBER}|utr|steuernummer)(?:${NUMBER})?`,
    value: '\\d(?:[ /-]?\\d){7,12}',
    digits: 8,
  },
  // With a wrong check digit: people mistype numbers and speech recognition mishears them.
  {
    type: 'iban',
    kind: 'mistyped',
    noun: `iban${NUMBER}|iban`,
    value:
      '[a-z] ?[a-z][ -]?\\d ?\\d[ -]?[a-z\\d]{4}(?:[ -]?(?=[a-z]{0,3}\\d)[a-z\\d]{4}){2,6}(?:[ -]?(?=[a-z]{0,2}\\d)[a-z\\d]{1,3})?',
    digits: 8,
  },
  {
    type: 'national_id',
    kind: 'mistyped',
    noun: `(?:ssn|social security|social insurance|nhs${NUMBER}|bsn|burgerservicenummer|pesel|steuer-?(?:id|identifikationsnummer)|idnr|aadhaa?r|cpf|sin|itin|tfn|tax file|ahv|avs|niss|insz|rijksregister|personnummer|dni|nie|nif)(?:-?nr\\.?|${NUMBER})?`,
    value: '(?:[XYZ][ -]?)?\\d(?:[ .-]?\\d){6,14}(?:[ -]?[A-Z])?',
    digits: 7,
  },
  {
    type: 'national_id',
    kind: 'mistyped',
    noun: `(?:nino|national insurance|ni${NUMBER}|codice fiscale)(?:${NUMBER})?`,
    value:
      '(?:[A-Z]{2}[ -]?\\d{2}[ -]?\\d{2}[ -]?\\d{2}(?:[ -]?[A-Z])?|[A-Z]{3} ?[A-Z]{3} ?\\d{2}[A-Z]\\d{2} ?[A-Z]\\d{3}[A-Z])',
    digits: 6,
  },
  {
    type: 'date_of_birth',
    kind: 'date-of-birth',
    noun: '(?:date of birth|dob|d\\.o\\.b\\.?|birth ?dates?|birth ?day|born|geburtsdatum|geboren(?: am)?|geb\\.|n[ée]e? le|date de naissance|fecha de nacimiento|nacid[oa] el|data di nascita|nat[oa] il|nascid[oa] em|geboortedatum|生年月日 ?は?|出生日期)',
    value: DATE,
    digits: 3,
  },
];

const READERS = KINDS.map(({ noun, value, ...kind }) => ({
  ...kind,
  pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${noun})${LINK}(?<value>${value})${END}`, 'giu'),
}));

/** "account number 55779911", "passport no. 533401372", "born on 12 April 1985". */
export function findIntroducedNumbers(text: string): PersonalData[] {
  return READERS.flatMap(({ type, kind, digits, pattern }) =>
    [...text.matchAll(pattern)].flatMap(({ 0: match, index, groups }) => {
      const value = groups?.['value'] ?? '';
      if (Math.max(value.replace(/\D/gu, '').length, digitCount(value)) < digits) return [];
      const end = index + match.length;
      return [{ start: end - value.length, end, type, confidence: 0.85, kind }];
    }),
  );
}

/** Written or spoken. */
function digitCount(value: string): number {
  return digitGroups(value).reduce((sum, group) => sum + group.digits.length, 0);
}

/** "我叫王小明", "私の名前は田中太郎です": names in scripts without capitals. */
const NAMED = new RegExp(
  [
    '(?:我叫|我的名字(?:是|叫)|姓名[：:]? ?)(?<zh>\\p{Script=Han}{2,4})(?!\\p{Script=Han})',
    '名前は(?<ja>[\\p{Script=Han}\\p{Script=Katakana}\\p{Script=Hiragana}]{2,8}?)(?=です|と申します|といいます)',
    '(?<![\\p{L}ー])(?<says>[\\p{Script=Han}\\p{Script=Katakana}ー]{2,8})(?=と申します|といいます)',
    '(?<!\\p{L})(?:[Мм]еня зовут|[Мм]о[её] имя|[Яя]) (?<ru>\\p{Lu}\\p{L}+(?: \\p{Lu}\\p{L}+){0,2})',
    '이름은 ?(?<ko>\\p{Script=Hangul}{2,4}?)(?=입니다|이에요|예요|이고|이라고)',
    'मेरा नाम (?<hi>[\\p{Script=Devanagari}]{2,20}(?: [\\p{Script=Devanagari}]{2,20})?)(?= है)',
    '(?<!\\p{L})[اإ]سمي (?<ar>\\p{Script=Arabic}{2,20})',
  ].join('|'),
  'gu',
);

export function findNamesWithoutCapitals(text: string): PersonalData[] {
  return [...text.matchAll(NAMED)].map(({ 0: match, index, groups }) => {
    const name = Object.values(groups ?? {}).find((group) => group !== undefined) ?? '';
    const start = index + match.lastIndexOf(name);
    return { start, end: start + name.length, type: 'person', confidence: 0.8, kind: 'introduced' };
  });
}
