export type { KnownPerson } from './entity-person.js';
export { findPii } from './find-pii.js';
export { personalDataTypes, type PersonalData, type PersonalDataType } from './finding.js';
export { redactText } from './redact-text.js';
