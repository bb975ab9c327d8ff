import type { DigitGroup } from './digit-groups.js';
import type { PersonalData } from './finding.js';
import { WordsBefore } from './words-before.js';

const PHONE_WORDS =
  /\b(?:phone|call(?:ed|ing)?|tel|telefon|mobile|cell|fax|text(?:ed)?|whats ?app|sms|ring|dial|reach|contact|number|hotline|office|handy|answering)\b/gi;
const CERTAIN_PHONE_WORDS = /\b(?:phone|mobile|tel|telefon|fax|call)\b/gi;
const PHONE_WORDS_BEHIND = /^[ ,:-]{0,3}\(?(?:office|mobile|cell|home|work|fax|phone|tel)\b/i;
const OTHER_WORDS =
  /\b(?:order|invoice|ticket|reference|ref|tracking|account|policy|case|serial|model|article|item|isbn|version|card|code|pin|year|zip|amount|price|transaction|booking|customer|contract|parcel|date|born|iban|ssn|passport|licen[cs]e)\b/gi;
const NANP = /^(?:1-)?3-3-4$/;
const NATIONAL = /^(?:[2-5]-\d(?:-\d){0,4}|[2-4](?:-2){4}|2-2-2-2(?:-2)?)$/;
const EXTENSION = /^ ?(?:x|ext\.?|extension) ?\d{1,6}(?!\d)/i;
const MIN_DIGITS = 6;
const MIN_UNNAMED_DIGITS = 8;
const MIN_SPOKEN_DIGITS = 10;
const MAX_DIGITS = 15;
const MAX_GROUPS = 8;
const PHONE_REACH = 40;
const OTHER_REACH = 22;
/** In a long sequence of groups only the first ones can start a phone number. */
const MAX_CHAIN = 8;

interface Surroundings {
  readonly text: string;
  readonly phone: WordsBefore;
  readonly certain: WordsBefore;
  readonly other: WordsBefore;
}

interface Candidate {
  readonly first: DigitGroup;
  readonly last: DigitGroup;
  readonly digits: string;
  readonly shape: string;
}

/** Phone numbers: international ones by their plus sign, national ones by their form or the words around them. */
export function findPhones(text: string, groups: readonly DigitGroup[]): PersonalData[] {
  const around: Surroundings = {
    text,
    phone: new WordsBefore(text, PHONE_WORDS),
    certain: new WordsBefore(text, CERTAIN_PHONE_WORDS),
    other: new WordsBefore(text, OTHER_WORDS),
  };
  const phones: PersonalData[] = [];
  for (let at = 0; at < groups.length;) {
    const run = groups[at]!.chain > MAX_CHAIN ? undefined : phoneFrom(around, groups, at);
    if (run) phones.push(run.data);
    at = run ? run.next : at + 1;
  }
  return phones;
}

function phoneFrom(around: Surroundings, groups: readonly DigitGroup[], from: number) {
  const first = groups[from]!;
  const lengths: number[] = [];
  let digits = '';
  let best: { data: PersonalData; next: number } | undefined;
  const end = Math.min(groups.length, from + (first.digits.length === 1 ? MAX_DIGITS : MAX_GROUPS));
  for (let at = from; at < end; at++) {
    const last = groups[at]!;
    if (at > from && (last.joint === undefined || /[,\n·]/.test(last.joint) || last.spoken !== first.spoken)) break;
    digits += last.digits;
    if (digits.length > MAX_DIGITS) break;
    lengths.push(last.digits.length);
    if (digits.length < MIN_DIGITS) continue;
    const confidence = confidenceOf(around, { first, last, digits, shape: lengths.join('-') });
    if (confidence > 0) best = { data: phoneSpan(around.text, first, last, confidence), next: at + 1 };
  }
  return best;
}

/** 0 if it is not a phone number. */
function confidenceOf(around: Surroundings, candidate: Candidate): number {
  const { first, last, digits } = candidate;
  const { text } = around;
  if (/^(\d)\1+$/.test(digits)) return 0;
  const before = text.slice(Math.max(0, first.start - 3), first.start);
  if (/\+ ?\(?$/.test(before)) return digits.length > MIN_DIGITS ? 0.97 : 0;
  if (/[$€£.#]$|\d[.,]$/.test(before) || isDate(text.slice(first.start, last.end))) return 0;
  const other = around.other.near(first.start, OTHER_REACH) && !around.certain.near(first.start, OTHER_REACH);
  if (other) return 0;
  const behind = text.slice(last.end, last.end + 16);
  const named = around.phone.near(first.start, PHONE_REACH) || PHONE_WORDS_BEHIND.test(behind);
  if (first.spoken) return named && digits.length >= MIN_SPOKEN_DIGITS ? 0.85 : 0;
  return named && digits.length <= 13 ? 0.8 : byShape(candidate, before, behind);
}

function byShape({ digits, shape }: Candidate, before: string, behind: string): number {
  if (digits.length < MIN_UNNAMED_DIGITS) return 0;
  if (/^00[1-9]/.test(digits) && digits.length >= 11) return 0.9;
  if (NANP.test(shape) || (shape === '10' && EXTENSION.test(behind))) return 0.9;
  if (digits.startsWith('0') && NATIONAL.test(shape) && digits.length >= 9 && digits.length <= 12) return 0.85;
  return before.endsWith('(') && NATIONAL.test(shape) ? 0.75 : 0;
}

/** With the plus sign and bracket before, and the extension after. */
function phoneSpan(text: string, first: DigitGroup, last: DigitGroup, confidence: number): PersonalData {
  const prefix = /(?:\+ ?)?\(?$/.exec(text.slice(Math.max(0, first.start - 3), first.start))?.[0].length ?? 0;
  const suffix = EXTENSION.exec(text.slice(last.end, last.end + 20))?.[0].length ?? 0;
  return { start: first.start - prefix, end: last.end + suffix, type: 'phone', confidence, kind: 'phone' };
}

function isDate(written: string): boolean {
  return /^(?:(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d)$/.test(written);
}
