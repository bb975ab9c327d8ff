import { digitGroups } from './digit-groups.js';
import type { PersonalData } from './finding.js';
import { SPOKEN_GROUP } from './spoken-digits.js';

type SecretType = 'pin' | 'password' | 'security_code';

/** Digits as they are written or spoken: "4821", "48 21", "4-8-2-1", "four eight double one". */
const SPOKEN = `(?:${SPOKEN_GROUP})`;
const DIGITS = `(?:${SPOKEN}|\\d{1,9})(?:[ .-]?\\d{1,9}|[ .-]{1,2}${SPOKEN}){0,9}(?![\\p{L}\\p{N}]|[.,/-]\\d)`;
/** "G-482910" */
const PREFIXED = '[A-Z]-\\d{4,8}(?![\\p{L}\\p{N}])';
/** "A7K-9Q2": at least one digit. */
const MIXED = '(?=[A-Z-]{0,9}\\d)[A-Z\\d](?:-?[A-Z\\d]){3,11}(?![\\p{L}\\p{N}])';

interface Secret {
  readonly type: SecretType;
  readonly kind: string;
  /** What introduces the secret. */
  readonly noun: string;
  /** What is no such secret, directly before the noun. */
  readonly unless?: RegExp;
  readonly value: string;
  /** How many digits the secret has, and how many if only a space introduces it. */
  readonly digits: readonly [number, number];
  readonly digitsAfterSpace?: readonly [number, number];
}

/** The longer nouns first: a "security code" is no bare "code". */
const SECRETS: readonly Secret[] = [
  {
    type: 'security_code',
    kind: 'card-code',
    noun: '(?:cvv|cvc|csc)2?(?: (?:code|number|no\\.?))?|card verification (?:code|value|number)|security (?:code|number)|(?:three|3)[ -]digit(?:s| code| number)?(?= )|(?:three|3) (?:digits|numbers)',
    value: DIGITS,
    digits: [3, 8],
  },
  {
    type: 'security_code',
    kind: 'one-time-code',
    noun: '(?:one[ -]?time|verification|authenticat(?:ion|or)|confirmation|access|log-?in|sign-?in|activation|unlock|reset|recovery|sms|text|2fa|mfa|puk|(?:four|five|six|eight|[4-8])[ -]digit) (?:code|pass ?code|pin|password|number)s?|otp(?: code)?|pass ?code|puk|tan',
    value: `${DIGITS}|${PREFIXED}|${MIXED}`,
    digits: [4, 8],
  },
  {
    type: 'pin',
    kind: 'pin',
    noun: 'pin(?:[ -]?(?:code|number|no\\.?|nr\\.?))?|geheimzahl|code secret',
    value: DIGITS,
    digits: [4, 8],
  },
  {
    type: 'security_code',
    kind: 'code',
    noun: 'code',
    unless:
      /(?:errors?|fault|status|http|exit|reason|response|return|post|postal|zip|area|country|dial(?:l?ing)?|calling|region|sort|swift|bic|branch|bank|routing|currency|bar|qr|colou?r|product|item|article|order|booking|reference|tracking|tax|merchant|category|source|discount|promo(?:tion(?:al)?)?|voucher|coupon|gift|referral|invit(?:e|ation)|offer|dress|job|flight)[ -]?$|\b(?:error|fault|fehler|exception|status)\b[^.!?\n]{0,30}$/iu,
    value: `${DIGITS}|${PREFIXED}`,
    digits: [4, 8],
    digitsAfterSpace: [6, 8],
  },
];

const PASSWORD_NOUN =
  'pass ?(?:word|phrase)|passwd|pwd|memorable word|secret word|passwort|kennwort|mot de passe|contrase(?:ñ|n)a|senha|пароль|密码|密碼|パスワード|비밀번호';
/** With a colon only, "pass: hunter2", or with "my" before it. */
const SHORT_PASSWORD_NOUN = '(?:my )?pass|pw';

/** "the code you sent me is": up to seven words that begin no other statement. */
const NO_STATEMENT =
  "(?:(?!(?:is|was|are|were|isn['’]t|wasn['’]t|not|and|but|or|because|so|when|if|then|does|did|can|could|has|have|had|will|what|how|why|to|as)\\b)[\\p{L}\\p{N}'’-]{1,20} ){0,7}";
const IS = "(?:is|was|are|ist|lautet|est|es|é)(?:n['’]t| not| still| now| currently| just)?";
const COLON = '["\']? ?(?:[:=]|->| - |-(?=\\d)) ?["\']?';
/** "the pin I use:" */
const RELATIVE_CLAUSE = " (?:i|you|they|we|he|she|it)(?: [\\p{L}’']{1,12}){1,3} ?[:=] ?";
const LINK = `(?:${COLON}|${RELATIVE_CLAUSE}|(?:['’]s| ${NO_STATEMENT}${IS}| of| from)(?: ?: ?| )|, ?| to )`;
/** After "is", as in "4821 is my pin". */
const BACKWARDS =
  '(?:,? (?:is|was|as|for)) (?:(?:my|the|your|our|a|his|her) )?(?:(?:new|old|card|bank|correct|right) ){0,2}$';

const MORE = ` (?:to|and|or|then|not|nor) `;
const TYPED =
  '(?<![\\p{L}\\p{N}])(?:enter(?:ed|ing)?|typ(?:e|ed|ing)|tried|try|put(?:ting)? in|key(?:ed|ing)? in|punch(?:ed|ing)? in)(?: in| it as)? ';
/** What is counted or paid is no secret: "I entered 5000 euros". */
const COUNTED =
  /^ ?(?:%|€|£|\$|(?:euros?|pounds?|dollars?|eur|gbp|usd|times?|digits?|minutes?|hours?|days?|seconds?|years?)\b)/iu;

/** A word after "password is" that describes the password instead of being it. */
const DESCRIBES =
  /^(?:not|n?ever|no|wrong|right|correct|incorrect|invalid|valid|bad|good|fine|ok|okay|safe|unsafe|secure|insecure|secret|weak|strong|short|long|old|new|the|a|an|my|your|our|this|that|it|too|so|very|really|still|now|again|also|only|always|just|what|where|how|who|why|when|which|in|on|at|for|of|by|from|to|with|about|after|before|because|unknown|unclear|different|same|lost|gone|stolen|broken|forgotten|hidden|known|written|shown|sent|set|due|out|being|case|no longer|somewhere|something|there|here|needed|wrongly|useless|rubbish|empty|blank|missing|public|mine|enough|ready|please|protection|policy|manager|field|rules?|help|reset|recovery|change|problem|issue|question)$|(?:ed|ing|able|ible|ly)$/iu;

const after = (source: string): RegExp => new RegExp(source, 'iuy');
const whole = (noun: string): string => `(?<![\\p{L}\\p{N}_-])(?:${noun})(?![\\p{L}\\p{N}_]|-(?!\\d))`;

const READERS = SECRETS.map((secret) => ({
  ...secret,
  linked: after(`(?<link>[ (]{1,2}| ?[)] ?|${LINK})(?<value>${secret.value})`),
  more: after(`(?<link>${MORE})(?<value>${secret.value})`),
  backwards: new RegExp(`(?<![\\p{L}\\p{N}.,/£€$-])(?<value>${secret.value})${BACKWARDS}`, 'iu'),
}));
/** One sweep over all nouns; the group tells which of the readers reads on. */
const NOUNS = new RegExp(READERS.map(({ noun }) => `(${whole(noun)})`).join('|'), 'giu');
const TYPED_DIGITS = new RegExp(`(?<link>${TYPED})(?<value>${DIGITS})`, 'giu');

const TOKEN = '"[^"\\n]{1,64}"|“[^”\\n]{1,64}”|\'[^\'\\n]{1,64}\'|[^\\s"“”]{2,64}';
const PASSWORDS = new RegExp(whole(PASSWORD_NOUN), 'giu');
const SHORT_PASSWORDS = new RegExp(whole(SHORT_PASSWORD_NOUN), 'giu');
const PASSWORD_NEXT = after(`(?<link> )(?<value>${TOKEN})`);
const PASSWORD_LINKED = after(`(?<link>${LINK})(?<value>${TOKEN})`);
const PASSWORD_COLON = after(`(?<link>${COLON})(?<value>${TOKEN})`);
const PASSWORD_BACKWARDS = new RegExp(`(?<![^\\s"“'])(?<value>[^\\s"“”']{3,64})["”']?${BACKWARDS}`, 'iu');
/** How far before a noun its secret may begin. */
const REACH = 90;

/**
 * PINs, passwords, one-time codes and card security codes that a text tells: they have no form of their own, so a word
 * such as "PIN" must introduce them. "My PIN is wrong" tells none.
 */
export function findSecrets(text: string): PersonalData[] {
  const numbers = findNumberSecrets(text);
  return [...numbers, ...findPasswords(text)];
}

function findNumberSecrets(text: string): PersonalData[] {
  const found: PersonalData[] = [];
  const told = new Set<SecretType>();
  for (const match of text.matchAll(NOUNS)) {
    const reader = READERS[match.slice(1).findIndex((group) => group !== undefined)]!;
    const before = text.slice(Math.max(0, match.index - REACH), match.index);
    if (reader.unless?.test(before)) continue;
    told.add(reader.type);
    let next = at(reader.linked, text, match.index + match[0].length);
    if (next && fits(next, reader, next.link === ' ' ? reader.digitsAfterSpace : undefined, text)) {
      found.push(secret(next, reader));
      // "changed from 4821 to 4812", "4821 or 4812"
      next = at(reader.more, text, next.end);
      if (next && fits(next, reader, undefined, text)) found.push(secret(next, reader));
    }
    const earlier = reader.backwards.exec(before)?.groups?.['value'];
    if (earlier === undefined) continue;
    const start = match.index - before.length + before.lastIndexOf(earlier);
    const value = { value: earlier, link: ' ', start, end: start + earlier.length };
    if (fits(value, reader, undefined, text)) found.push(secret(value, reader));
  }
  const [type] = told;
  return type === undefined ? found : [...found, ...findTyped(text, type)];
}

/** In a text about a PIN or a code also "I typed 4821". */
function findTyped(text: string, type: SecretType): PersonalData[] {
  return [...text.matchAll(TYPED_DIGITS)].flatMap((match) => {
    const { link = '', value = '' } = match.groups ?? {};
    const start = match.index + link.length;
    const typed = { value, link, start, end: start + value.length };
    return fits(typed, { digits: [4, 8] }, undefined, text) ? [secret(typed, { type, kind: 'typed' })] : [];
  });
}

function findPasswords(text: string): PersonalData[] {
  const found: PersonalData[] = [];
  for (const match of text.matchAll(PASSWORDS)) {
    const end = match.index + match[0].length;
    const next = [PASSWORD_NEXT, PASSWORD_LINKED]
      .map((pattern) => at(pattern, text, end))
      .find((value) => value && isPassword(value, text));
    if (next) found.push(password(next));
    const before = text.slice(Math.max(0, match.index - REACH), match.index);
    const earlier = PASSWORD_BACKWARDS.exec(before)?.groups?.['value'];
    const start = match.index - before.length + before.lastIndexOf(earlier ?? '');
    if (earlier !== undefined && isMixed(earlier))
      found.push(password({ value: earlier, link: ' ', start, end: start + earlier.length }));
  }
  for (const match of text.matchAll(SHORT_PASSWORDS)) {
    const link = /^my /i.test(match[0]) ? PASSWORD_LINKED : PASSWORD_COLON;
    const next = at(link, text, match.index + match[0].length);
    if (next && isMixed(next.value)) found.push(password(next));
  }
  return found;
}

interface Value {
  readonly value: string;
  readonly link: string;
  readonly start: number;
  readonly end: number;
}

function at(pattern: RegExp, text: string, index: number): Value | undefined {
  pattern.lastIndex = index;
  const { link = '', value = '' } = pattern.exec(text)?.groups ?? {};
  const start = index + link.length;
  return value === '' ? undefined : { value, link, start, end: start + value.length };
}

/** A number of a fitting length, or letters and digits, that counts nothing. */
function fits(
  { value, end, link }: Value,
  { digits }: Pick<Secret, 'digits'>,
  [least, most]: readonly [number, number] = digits,
  text: string,
): boolean {
  if (COUNTED.test(text.slice(end, end + 12))) return false;
  const count = digitCount(value);
  // "send the code to 07700 900123"
  if (/^ to $/u.test(link) && count > 6) return false;
  return /^[A-Z].*\d/iu.test(value) && !new RegExp(`^${SPOKEN}`, 'iu').test(value)
    ? value.length <= 14
    : count >= least && count <= most;
}

function digitCount(value: string): number {
  return digitGroups(value).reduce((sum, { digits }) => sum + digits.length, 0);
}

/** Quoted, or with digits or signs, or one word that ends the clause and describes nothing. */
function isPassword({ value, link, end }: Value, text: string): boolean {
  const word = bare(value);
  if (/^["“']/u.test(value)) return !/^[ ,]+$/u.test(link);
  if (isMixed(word)) return !COUNTED.test(text.slice(end, end + 12)) && !/^\d{1,3}(?:[.,:]|$)/u.test(word);
  if (/^[ ,]+$|^ (?:to|from|of) $/u.test(link) || DESCRIBES.test(word)) return false;
  const rest = text.slice(end - (value.length - word.length), end + 8);
  return word.length >= 3 && /^(?:\s*$|[.,;!?)"\n]|\s+(?:and|but|or)\b)/iu.test(rest);
}

/** More than letters and the signs of a sentence, as in "hunter2" or "pass+word". */
function isMixed(word: string): boolean {
  const core = bare(word).replace(/[!?*]+$/u, '');
  return /^\d{4,}$|\d.*\p{L}|\p{L}.*\d|[@#$%^&*+=!~|\\<>].*[\p{L}\p{N}]|[\p{L}\p{N}].*[@#$%^&*+=~|\\<>]/u.test(core);
}

/** Without the signs that end a sentence. */
function bare(value: string): string {
  return value.replace(/[.,;:)'"”]+$/u, '');
}

function password({ value, start }: Value): PersonalData {
  const isQuoted = /^["“'].*["”']$/u.test(value);
  const from = start + (isQuoted ? 1 : 0);
  const kept = isQuoted ? value.slice(1, -1) : bare(value);
  return { start: from, end: from + kept.length, type: 'password', confidence: 0.9, kind: 'password' };
}

function secret({ start, end }: Value, { type, kind }: Pick<Secret, 'type' | 'kind'>): PersonalData {
  return { start, end, type, confidence: 0.9, kind };
}
