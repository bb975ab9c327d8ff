import { luhn } from './checksums.js';
import type { PersonalData } from './finding.js';
import type { NumberRun } from './number-run.js';

/** Issuer prefixes (ISO/IEC 7812) and the lengths of their card numbers. */
const ISSUERS: readonly { readonly kind: string; readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { kind: 'visa', prefix: /^4/, lengths: [13, 16, 19] },
  { kind: 'mastercard', prefix: /^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, lengths: [16] },
  { kind: 'amex', prefix: /^3[47]/, lengths: [15] },
  { kind: 'diners', prefix: /^3(?:0[0-59]|[689])/, lengths: [14, 16, 19] },
  { kind: 'discover', prefix: /^6(?:011|4[4-9]|5)/, lengths: [16, 19] },
  { kind: 'jcb', prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { kind: 'jcb', prefix: /^(?:1800|2131)/, lengths: [15] },
  { kind: 'unionpay', prefix: /^(?:62|81)/, lengths: [16, 17, 18, 19] },
  { kind: 'maestro', prefix: /^(?:5018|5020|5038|5[678]|6304|6390|67)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
  { kind: 'mir', prefix: /^220[0-4]/, lengths: [16, 17, 18, 19] },
];

const SHORTEST = 12;
/** Cards are written whole, in groups of two to eight, or digit by digit; numbers in a list are not one card. */
const WRITTEN = /^(?:\d+|[3-8](?:[ -][2-8])+|1(?:[ -]1)+)$/;
/** As a card is printed. */
const PRINTED = /^(?:4(?: 4){3}|4(?:-4){3}|4[ -]6[ -][45])$/;
const CARD_WORDS =
  /\b(?:cards?|cc|credit|debit|pan|visa|master ?card|amex|american express|maestro|diners|discover|long number|charge|payment|pay)\b/;
const CARD_NUMBER =
  /\b(?:card (?:number|no\.?|#)|long number)(?: (?:on|of) (?:it|the (?:front|card)))?(?: is| was|:|=)? ?$/;
const CARD_BEHIND = /^,? (?:is|was|as|for) (?:the|my|our|his|her) (?:\p{L}+ ){0,2}card\b/u;
const OTHER_WORDS =
  /\b(?:order|invoice|ticket|reference|ref|tracking|parcel|case|serial|model|article|item|isbn|booking|policy|contract|imei|transaction|licen[cs]e|voucher|gift|loyalty|member(?:ship)?)\b/;
const REACH = 30;

/** A card number with a right check digit. */
export function cardIn(run: NumberRun): PersonalData | undefined {
  if (run.digits.length < SHORTEST || !isCardLike(run.digits)) return undefined;
  // After words for a card the check digit is sufficient: issuers get new prefixes.
  const kind = cardIssuer(run.digits) ?? (isNamed(run) ? 'unknown-issuer' : undefined);
  const isWritten = run.spoken || isNamed(run) || WRITTEN.test(run.shape);
  return kind !== undefined && isWritten ? run.as('card', 0.99, kind) : undefined;
}

/** With separators that otherwise part numbers, a card has the same one three times. */
const LISTED =
  /(?<![\p{L}\p{N}.,:;])(?:\d{4}([^\p{L}\p{N}\s]{1,3})\d{4}\1\d{4}\1\d{4}|\d{4}([^\p{L}\p{N}\s]{1,3})\d{6}\2\d{5})(?![\p{L}\p{N}]|[^\p{L}\p{N}\s]\d)/gu;

/** "4242, 4242, 4242, 4242": as speech recognition writes pauses. Other lists have this form too. */
const LISTED_WITH_SPACES =
  /(?<![\p{L}\p{N}.,:;])(?:\d{4}([,;.…]|\.{2,3}| ?\.{3}) \d{4}\1 \d{4}\1 \d{4}|\d{4}, \d{6}, \d{5})(?![\p{L}\p{N}]|[.,:;] ?\d)/gu;

/** "4263,9826,4026,9299": four groups of four with a right check digit; with spaces behind a word for a card only. */
export function findListedCards(text: string): PersonalData[] {
  const isBehindCard = (place: number) => CARD_WORDS.test(text.slice(Math.max(0, place - REACH), place).toLowerCase());
  const spaced = [...text.matchAll(LISTED_WITH_SPACES)].filter(({ index }) => isBehindCard(index));
  return [...text.matchAll(LISTED), ...spaced].flatMap(({ 0: match, index }) => {
    const digits = match.replace(/\D/g, '');
    const kind = isCardLike(digits) ? cardIssuer(digits) : undefined;
    return kind === undefined
      ? []
      : [{ start: index, end: index + match.length, type: 'card' as const, confidence: 0.9, kind }];
  });
}

/** The lengths of the cards of which a mistyped number is recognised. */
const COMMON_LENGTHS = [14, 15, 16];
const COMMONEST = /^(?:visa|mastercard) 16$/;

/** A number that is grouped as cards are printed, whatever its check digit. */
export function printedCardIn(run: NumberRun): PersonalData | undefined {
  return PRINTED.test(run.shape) ? mistypedCardIn(run) : undefined;
}

/**
 * A number in the form of a card whose check digit is wrong: customers mistype digits and speech recognition mishears
 * them. "order 4111 1111 1111 1112" is none.
 */
export function mistypedCardIn(run: NumberRun): PersonalData | undefined {
  const { digits, before, behind } = run;
  if (digits.length <= SHORTEST || isUniform(digits) || OTHER_WORDS.test(before.slice(-REACH))) return undefined;
  const issuer = COMMON_LENGTHS.includes(digits.length) ? cardIssuer(digits) : undefined;
  const isShown = run.spoken || PRINTED.test(run.shape) || COMMONEST.test(`${issuer} ${run.shape}`);
  const isCard =
    CARD_NUMBER.test(before) || CARD_BEHIND.test(behind) || (issuer !== undefined && (isShown || isNamed(run)));
  return isCard ? run.as('card', 0.8, 'mistyped') : undefined;
}

function isNamed({ before }: NumberRun): boolean {
  return CARD_WORDS.test(before.slice(-REACH));
}

/** The issuer with such card numbers, whatever the check digit. */
function cardIssuer(digits: string): string | undefined {
  return ISSUERS.find(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits))?.kind;
}

/** Whether the check digit is correct and the number does not repeat one digit. */
function isCardLike(digits: string): boolean {
  return luhn(digits) && !isUniform(digits);
}

/** One digit repeated, or four round amounts: "4000|3000|2000|1000". */
function isUniform(digits: string): boolean {
  return /^(?:(\d)\1+|(?:[1-9]\d00){4})$/.test(digits);
}
