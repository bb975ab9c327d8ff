import { luhn } from './checksums.js';

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

/** The issuer of a card number; undefined if no issuer has such numbers or the check digit is wrong. */
export function cardIssuer(digits: string): string | undefined {
  if (!isCardLike(digits)) return undefined;
  const issuer = ISSUERS.find(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  return issuer?.kind;
}

/** Whether the check digit is correct and the number does not repeat one digit. */
export function isCardLike(digits: string): boolean {
  return luhn(digits) && !/^(\d)\1+$/.test(digits);
}
