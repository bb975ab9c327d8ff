import { piiTypes } from '@llmos/contracts/capabilities/security';

/** The types of personal data: those of `security.redact`. */
export const personalDataTypes = piiTypes;
export type PersonalDataType = (typeof piiTypes)[number];

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
