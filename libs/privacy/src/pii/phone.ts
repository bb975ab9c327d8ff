import type { DigitGroup } from './digit-groups.js';
import type { PersonalData } from './finding.js';
import { internationalForm, PhonePlans } from './phone-plans.js';
import { WordsBefore } from './words-before.js';

const PHONE_WORDS =
  /\b(?:(?:tele)?phones?|call(?:ed|ing|s)?|tel|telefon\w{0,6}|t[ée]l[ée]phone|m[óo]vil|portable|mobiles?|cell|fax|text(?:ed)?|whats ?app|signal|sms|ring|rang|dial(?:led)?|reach(?:able)?|contact|numbers?|nummer|rufnummer|hotline|landline|n[úu]mero|num[ée]ro|numer|celular|telem[óo]vel|[čc][íi]slo|puhelin\w{0,6}|my (?:no|num|nr)|cellulare|ll[áa]m[ae]\w{0,4}|appele[rz]|joindre|chiam[ai]\w{0,4}|erreichbar|anrufen|zadzwo\w{1,4}|gsm|reception|voicemail|message|handset|handy|office|answering|get me)\b|电话|電話|手机|手機|携帯|전화|휴대폰|(?:제|내) 번호|โทร|телефон|номер(?! (?:заказа|карты|сч[её]та|договора))|τηλέφωνο|هاتف|رقمي|טלפון|फ़ोन/gi;
const PHONE_WORDS_BEHIND =
  /^[ ,:-]{0,3}\(?(?:(?:that['’]?s|is|it['’]?s|which is) (?:my|the|his|her|our) (?:\w{1,12} )?)?(?:office|mobile|cell|home|work|fax|phone|tel|landline|number)\b/i;
/** Directly before a number: it is no phone number. */
const OTHER_WORDS =
  /\b(?:(?:purchase )?order|p\.?o\.?|lottery|lotto|winning|invoice|ticket|reference|ref|tracking|account|policy|case|serial|model|article|item|isbn|version|card|code|pin|year|zip|amount|price|transaction|claim|booking|customer|contract|parcel|date|born|iban|ssn|passport|licen[cs]e|sort code|routing)(?:[ -](?:numbers?|no\.?|nr\.?|id|code|details)){0,2}(?: (?:is|was|of|on|the|in|for))?[ #:=(.-]{0,3}$/i;
/** "ORD-2025-00412", "CR/2025/118" */
const REFERENCE_BEFORE = /(?<![\p{L}\p{N}])\p{Lu}{2,8}[-/]$/u;
const NANP = /^(?:1-)?3-3-4$/;
const NATIONAL = /^(?:[2-5]-\d(?:-\d){0,4}|[2-4](?:-2){4}|2-2-2-2(?:-2)?)$/;
/** "12 500 000" is an amount. */
const THOUSANDS = /^\d{1,3}(?:([ .,])\d{3})(?:\1\d{3})*$/;
const CURRENCY_BEHIND =
  /^ ?(?:[$€£¥%]|(?:euros?|dollars?|pounds?|yen|francs?|kr|zł|people|users|eur|usd|gbp)(?![\p{L}]))/iu;
const PLUS = /(?:\+|\bplus) ?\(?$/i;
const EXTENSION = /^,? ?(?:x|ext\.?|extn\.?|extension|durchwahl) ?\d{1,6}(?!\d)/i;
const MIN_DIGITS = 6;
const MIN_UNNAMED_DIGITS = 8;
const MIN_SPOKEN_DIGITS = 10;
const MIN_NAMED_SPOKEN_DIGITS = 9;
const MAX_DIGITS = 15;
const MAX_GROUPS = 8;
const MAX_PAIRS = 12;
const PHONE_REACH = 40;
/** In a long sequence of groups only the first ones can start a phone number. */
const MAX_CHAIN = 8;

interface Surroundings {
  readonly text: string;
  readonly phone: WordsBefore;
  readonly plans: PhonePlans;
}

interface Candidate {
  readonly first: DigitGroup;
  readonly last: DigitGroup;
  readonly digits: string;
  readonly sizes: readonly number[];
  readonly spoken: boolean;
}

/** Phone numbers: international ones by their plus sign, national ones by their form or the words around them. */
export function findPhones(text: string, groups: readonly DigitGroup[]): PersonalData[] {
  const around: Surroundings = { text, phone: new WordsBefore(text, PHONE_WORDS), plans: new PhonePlans() };
  const phones: PersonalData[] = [];
  let next = 0;
  for (let at = 0; at < groups.length; at = Math.max(at + 1, next)) {
    if (at !== next && !canStart(groups[at]!)) continue;
    const run = phoneFrom(around, groups, at, at === next);
    if (!run) continue;
    phones.push(run.data);
    next = run.next;
  }
  return phones;
}

/** Not in the middle of "123-456-789". After a phone number, the next one can start anywhere. */
function canStart({ joint = ' ', chain }: DigitGroup): boolean {
  return chain <= MAX_CHAIN && /[ \n,(]/.test(joint);
}

/** The surest candidate that starts at a group; of equally sure ones the longest, so that two in a row are two. */
function phoneFrom(around: Surroundings, groups: readonly DigitGroup[], from: number, isNext: boolean) {
  let best: { data: PersonalData; next: number } | undefined;
  for (const { candidate, next } of candidatesFrom(groups, from)) {
    const isPart = isInRow(groups, from, next, isNext) || (!isNext && isPartOfOther(around, groups, from, candidate));
    const confidence = isPart ? 0 : confidenceOf(around, candidate);
    if (confidence > 0 && confidence >= (best?.data.confidence ?? 0))
      best = { data: phoneSpan(around.text, candidate, confidence), next };
  }
  return best;
}

/** "order number 7788 9900 11": some of the digits of another number, too few for a phone number behind it. */
function isPartOfOther({ text }: Surroundings, groups: readonly DigitGroup[], from: number, { digits }: Candidate) {
  let first = from;
  while (first > 0 && from - first < MAX_GROUPS && joins(groups[first]!, groups[first - 1]!)) first--;
  const { start } = groups[first]!;
  return (
    first < from &&
    digits.length <= MIN_UNNAMED_DIGITS &&
    OTHER_WORDS.test(text.slice(Math.max(0, start - PHONE_REACH), start))
  );
}

/**
 * Whether the digits are in the middle of a longer row of numbers, or some of more pairs than two phone numbers have:
 * "sizes 38 40 42 44 46". Behind a phone number (`isNext`) the next one begins.
 */
function isInRow(groups: readonly DigitGroup[], from: number, next: number, isNext: boolean): boolean {
  const goesOn = (at: number): boolean => at > 0 && at < groups.length && joins(groups[at]!, groups[at - 1]!);
  if (!isNext && goesOn(from) && goesOn(next)) return true;
  const isPair = (at: number): boolean => groups[at]!.digits.length <= 2 && !groups[at]!.spoken;
  for (let at = from; at < next; at++) if (!isPair(at)) return false;
  let [first, end] = [from, next];
  while (goesOn(first) && isPair(first - 1) && end - first < MAX_PAIRS) first--;
  while (goesOn(end) && isPair(end) && end - first < MAX_PAIRS) end++;
  const [own, all] = [next - from, end - first];
  return all !== own && !(isNext ? all % own === 0 : first === from && all === 2 * own);
}

function* candidatesFrom(
  groups: readonly DigitGroup[],
  from: number,
): Generator<{ candidate: Candidate; next: number }> {
  const first = groups[from]!;
  const sizes: number[] = [];
  let [digits, spoken] = ['', false];
  const end = Math.min(groups.length, from + (first.digits.length === 1 || first.spoken ? MAX_DIGITS : MAX_GROUPS));
  for (let at = from; at < end; at++) {
    const last = groups[at]!;
    if (at > from && !joins(last, groups[at - 1]!)) break;
    digits += last.digits;
    spoken ||= last.spoken;
    if (digits.length > MAX_DIGITS) break;
    sizes.push(last.digits.length);
    if (isTight(groups[at + 1])) continue;
    if (digits.length >= MIN_DIGITS)
      yield { candidate: { first, last, digits, sizes: [...sizes], spoken }, next: at + 1 };
  }
}

/** A comma parts two numbers; in dictation it is a pause. */
function joins({ joint, spoken }: DigitGroup, before: DigitGroup): boolean {
  if (joint === undefined || /[\n~;|*]| [·•∙⋅]|[·•∙⋅] /.test(joint)) return false;
  // "0171 / 234 56 78": behind an area code; otherwise two numbers
  if (joint === ' / ' && !/^0\d{1,4}$/.test(before.digits)) return false;
  return !joint.includes(',') || (spoken && before.spoken);
}

/** The number goes on: "619-2132716-281299". A number can end before a slash or a bracket. */
function isTight(next: DigitGroup | undefined): boolean {
  return next?.joint === '-' || next?.joint === '.';
}

/** 0 if it is not a phone number. */
function confidenceOf({ text, phone, plans }: Surroundings, candidate: Candidate): number {
  const { first, last, digits, spoken } = candidate;
  if (/^(\d)\1+$/.test(digits)) return 0;
  const before = text.slice(Math.max(0, first.start - PHONE_REACH), first.start);
  const written = text.slice(first.start, last.end);
  // "+44 (0)20": the zero is dialled at home only
  if (PLUS.test(before)) return byCountryCode(/\(0\)/.test(written) ? written.replace(/\(0\)|\D/g, '') : digits);
  if (/^00[1-9]/.test(digits) && internationalForm(digits.slice(2)) === 'valid') return 0.97;
  if (/[$€£.#]$|\d[.,]$/.test(before) || REFERENCE_BEFORE.test(before) || isDate(written)) return 0;
  const behind = text.slice(last.end, last.end + PHONE_REACH);
  const isNamed = phone.near(first.start, PHONE_REACH) || PHONE_WORDS_BEHIND.test(behind);
  if (!isNamed && digits.length < MIN_UNNAMED_DIGITS) return 0;
  const hasAreaCode = (digits.startsWith('0') || before.endsWith('(')) && digits.length > MIN_UNNAMED_DIGITS;
  const isOther = OTHER_WORDS.test(before);
  if (isOther && !hasAreaCode) return 0;
  const form = plans.formOf(digits, candidate.sizes);
  const isOwnGrouping = isNamed && form === 'valid' && hasTrunkPrefix(candidate);
  if (hasAreaCode && (form === 'grouped' || (isOwnGrouping && !isOther))) return 0.92;
  if (isOther) return 0;
  if (spoken) return spokenConfidence(digits, form, isNamed);
  if (isNamed && form === 'grouped') return 0.9;
  const shown = byForm(candidate, form, before, behind, written);
  const isAmount = THOUSANDS.test(written) && !(form === 'valid' && isMobileLike(digits, behind));
  return isNamed && digits.length <= 13 && !isAmount ? Math.max(shown, 0.8) : shown;
}

/** "seats 11 12 13 14": pairs that go up. */
function isCounting(written: string, sizes: readonly number[]): boolean {
  const pairs = sizes.every((size) => size === 2) ? (written.match(/\d+/g) ?? []).map(Number) : [];
  return pairs.length > 2 && pairs.every((pair, at) => at === 0 || pair > pairs[at - 1]!);
}

/** "612 345 678" behind a word for a phone: nine digits, not round and not of a currency. */
function isMobileLike(digits: string, behind: string): boolean {
  return digits.length === 9 && !digits.endsWith('000') && !CURRENCY_BEHIND.test(behind);
}

function byCountryCode(digits: string): number {
  const form = internationalForm(digits);
  if (form === 'none') return digits.length > MIN_DIGITS ? 0.6 : 0;
  return form === 'valid' ? 0.97 : 0.93;
}

/** "07700 900 123": parted in another way than the country does it. */
function hasTrunkPrefix({ digits, sizes }: Candidate): boolean {
  return digits.startsWith('0') && digits.length >= 10 && digits.length <= 11 && NATIONAL.test(sizes.join('-'));
}

function spokenConfidence(digits: string, form: string, isNamed: boolean): number {
  if (digits.length < (isNamed ? MIN_NAMED_SPOKEN_DIGITS : MIN_SPOKEN_DIGITS)) return 0;
  if (form === 'grouped' || form === 'valid') return digits.startsWith('0') || isNamed ? 0.87 : 0;
  return isNamed ? 0.85 : 0;
}

function byForm({ digits, sizes }: Candidate, form: string, before: string, behind: string, written: string): number {
  if (digits.length < MIN_UNNAMED_DIGITS) return 0;
  const shape = sizes.join('-');
  if (isCounting(written, sizes)) return 0;
  const isDistinct = (sizes.length > 2 || digits.length > MIN_UNNAMED_DIGITS + 1) && !THOUSANDS.test(written);
  if (form === 'grouped' && isDistinct) return 0.9;
  if (NANP.test(shape) || (shape === '10' && EXTENSION.test(behind))) return 0.89;
  if (
    digits.startsWith('0') &&
    digits.length >= 9 &&
    digits.length <= 12 &&
    (NATIONAL.test(shape) || (form === 'valid' && digits.length >= 10))
  )
    return 0.85;
  return before.endsWith('(') && NATIONAL.test(shape) ? 0.75 : 0;
}

/** With the plus sign and bracket before, and the extension after. */
function phoneSpan(text: string, { first, last }: Candidate, confidence: number): PersonalData {
  const before = text.slice(Math.max(0, first.start - 8), first.start);
  const isClosed = text.slice(first.start, last.end).includes(')');
  const plus =
    (isClosed ? /\(?(?:\+|\bplus) ?$/i : /(?:\+|\bplus) ?$/i).exec(before.replace(/\($/, ' '))?.[0].length ?? 0;
  const opens = before.endsWith('(') && isClosed;
  const prefix = Math.max(plus, opens ? 1 : 0);
  const suffix = EXTENSION.exec(text.slice(last.end, last.end + 24))?.[0].length ?? 0;
  return { start: first.start - prefix, end: last.end + suffix, type: 'phone', confidence, kind: 'phone' };
}

/** "31.12.2023", "2024 01", "2023 2024" */
function isDate(written: string): boolean {
  const parts = written.split(/[-/. ]/);
  const isYear = (part: string): boolean => /^(?:19|20)\d\d$/.test(part);
  const isShort = parts.every((part) => isYear(part) || /^\d{1,2}$/.test(part));
  return isShort && (parts.some(isYear) || /^\d{1,2}[-/.]\d{1,2}[-/.]\d\d$/.test(written));
}
