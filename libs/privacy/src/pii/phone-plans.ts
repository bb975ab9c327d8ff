import { Metadata, parsePhoneNumberFromString, type CountryCode, type NumberingPlan } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.max';

/** Countries whose national numbers are recognised without a country code; those with the most callers first. */
const COUNTRIES = (
  'US GB DE FR IT ES NL BE CH AT IE PT PL SE NO DK FI CZ SK GR HU RO BG HR TR UA RU IN PK BD LK ID MY SG PH TH VN JP ' +
  'KR CN HK TW AU NZ ZA NG GH KE EG MA IL AE SA BR MX AR CL CO PE'
).split(' ') as readonly CountryCode[];

/** Beyond so many different candidates in one text, their forms alone decide: each costs a fraction of a millisecond. */
const MAX_LOOKUPS = 300;

/** How sure it is that digits are a national number: written as a country writes it, or valid in a country. */
export type NationalForm = 'grouped' | 'valid' | 'none' | 'unknown';

/** Whether digits behind a plus sign are a number in use, or could become one. */
export function internationalForm(digits: string): 'valid' | 'possible' | 'none' {
  const phone = parsePhoneNumberFromString(`+${digits}`, metadata);
  if (phone?.isValid()) return 'valid';
  return phone?.isPossible() ? 'possible' : 'none';
}

/** Looks national numbers up in the numbering plans of many countries (libphonenumber). */
export class PhonePlans {
  private readonly known = new Map<string, NationalForm>();

  /** @param sizes the sizes of the groups of digits. */
  formOf(digits: string, sizes: readonly number[]): NationalForm {
    const key = `${digits} ${sizes.join('-')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= MAX_LOOKUPS) return 'unknown';
    const form = lookUp(digits, endsOf(sizes));
    this.known.set(key, form);
    return form;
  }
}

function lookUp(digits: string, ends: ReadonlySet<number>): NationalForm {
  let form: NationalForm = 'none';
  for (const country of COUNTRIES) {
    if (!canBeNumberIn(country, digits)) continue;
    const phone = parsePhoneNumberFromString(digits, country, metadata);
    if (!phone?.isValid() || phone.countryCallingCode === digits.slice(0, phone.countryCallingCode.length)) continue;
    if (isGrouped(phone.formatNational(), digits, ends)) return 'grouped';
    form = 'valid';
  }
  return form;
}

/** What the library has and its types leave out: sources of patterns. */
interface WholePlan extends NumberingPlan {
  nationalNumberPattern(): string;
  nationalPrefixForParsing(): string | undefined;
}

const PATTERNS = new Map<CountryCode, RegExp>();

/** A quick test before the library parses: true for valid numbers, with or without the trunk prefix. */
function canBeNumberIn(country: CountryCode, digits: string): boolean {
  let pattern = PATTERNS.get(country);
  if (pattern === undefined) {
    const plans = new Metadata(metadata);
    plans.selectNumberingPlan(country);
    const plan = plans.numberingPlan as WholePlan;
    pattern = new RegExp(`^(?:${plan.nationalPrefixForParsing() ?? ''})?(?:${plan.nationalNumberPattern()})$`);
    PATTERNS.set(country, pattern);
  }
  return pattern.test(digits);
}

/** Whether the digits are parted only where the country parts them, and after the area code in any case. */
function isGrouped(official: string, digits: string, ends: ReadonlySet<number>): boolean {
  const groups = official.match(/\d+/g) ?? [];
  const omitted = groups.join('').length - digits.length;
  if (omitted < 0 || !groups.join('').endsWith(digits)) return false;
  const officialEnds = [...endsOf(groups.map((group) => group.length))].map((end) => end - omitted);
  const [first] = officialEnds.filter((end) => end > 0);
  return (
    ends.size > 1 && first !== undefined && ends.has(first) && [...ends].every((end) => officialEnds.includes(end))
  );
}

function endsOf(sizes: readonly number[]): Set<number> {
  let end = 0;
  return new Set(sizes.map((size) => (end += size)));
}
