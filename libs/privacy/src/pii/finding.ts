/** The types of personal data, as in the contract of `security.redact`. */
export const personalDataTypes = [
  'card',
  'iban',
  'national_id',
  'email',
  'phone',
  'ip_address',
  'address',
  'person',
  'pin',
  'password',
  'security_code',
] as const;
export type PersonalDataType = (typeof personalDataTypes)[number];

/** Personal data in a text. */
export interface PersonalData {
  /** UTF-16 units, as `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly type: PersonalDataType;
  /** 0 to 1: near 1 for a checksum with context, lower for a pattern alone. */
  readonly confidence: number;
  /** The exact kind, such as `nl-bsn`. */
  readonly kind: string;
}
