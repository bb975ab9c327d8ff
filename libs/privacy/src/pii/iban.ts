import { mod97 } from './checksums.js';
import type { PersonalData } from './finding.js';

/** Length by country (SWIFT IBAN registry). */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const START = /(?<![\p{L}\p{N}])[a-z] ?[a-z][ -]?\d ?\d/giu;
/** As it is printed, in groups of four. */
const PRINTED = /^[A-Z]{2}\d{2}(?: [A-Z\d]{4})+(?: [A-Z\d]{1,3})?$/;
const SEPARATORS = /[ \n./_·•∙⋅|~-]/g;
const MAX_SPREAD = 2;

/**
 * International bank account numbers with the length of their country, and a correct check number or the
 * printed form: customers mistype them and speech recognition mishears them.
 */
export function findIbans(text: string): PersonalData[] {
  const found: PersonalData[] = [];
  for (const match of text.matchAll(START)) {
    const length = LENGTHS[match[0].replace(' ', '').slice(0, 2).toUpperCase()];
    const end = length === undefined ? undefined : endOf(text, match.index, length);
    if (end === undefined) continue;
    const written = text.slice(match.index, end);
    const compact = written.replace(SEPARATORS, '').toUpperCase();
    const isRight = mod97(compact.slice(4) + compact.slice(0, 4)) === 1;
    if (!isRight && !PRINTED.test(written)) continue;
    found.push({
      start: match.index,
      end,
      type: 'iban',
      confidence: isRight ? 0.99 : 0.8,
      kind: isRight ? `iban-${compact.slice(0, 2).toLowerCase()}` : 'mistyped',
    });
  }
  return found;
}

/** Reads `length` letters and digits with separators between them. */
function endOf(text: string, start: number, length: number): number | undefined {
  let [count, at] = [0, start];
  for (; count < length && at < start + length * MAX_SPREAD && at < text.length; at++) {
    if (/[a-z0-9]/i.test(text[at]!)) count += 1;
    else if (text[at]!.search(SEPARATORS) === -1) return undefined;
  }
  return count === length && !/[a-z0-9]/i.test(text[at] ?? '') ? at : undefined;
}
