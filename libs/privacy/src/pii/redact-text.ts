import { findPii } from './find-pii.js';
import type { PersonalDataType } from './finding.js';

const LABELS: Readonly<Record<PersonalDataType, string>> = {
  card: '[CARD]',
  iban: '[IBAN]',
  national_id: '[NATIONAL_ID]',
  email: '[EMAIL]',
  phone: '[PHONE]',
  ip_address: '[IP_ADDRESS]',
  address: '[ADDRESS]',
  person: '[PERSON]',
  pin: '[PIN]',
  password: '[PASSWORD]',
  security_code: '[SECURITY_CODE]',
  bank_account: '[BANK_ACCOUNT]',
  date_of_birth: '[DATE_OF_BIRTH]',
};

/**
 * Removes personal data from a text for logs and dead letters. The values cannot be restored.
 *
 * @param types the types to remove; all by default.
 */
export function redactText(text: string, types?: readonly PersonalDataType[]): string {
  let redacted = '';
  let from = 0;
  for (const { start, end, type } of findPii(text, types)) {
    redacted += text.slice(from, start) + LABELS[type];
    from = end;
  }
  return redacted + text.slice(from);
}
