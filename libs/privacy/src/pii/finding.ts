/** The kinds of personal data that are found; the same words as in the contract of `security.redact`. */
export const personalDataTypes = [
  'card',
  'iban',
  'national_id',
  'email',
  'phone',
  'ip_address',
  'address',
  'person',
] as const;
export type PersonalDataType = (typeof personalDataTypes)[number];

/** One piece of personal data in a text. */
export interface PersonalData {
  /** UTF-16 units, as `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly type: PersonalDataType;
  /** 0 to 1: a checksum with context is near 1, a pattern alone lower. */
  readonly confidence: number;
  /** What exactly, such as `nl-bsn`. */
  readonly kind: string;
}
