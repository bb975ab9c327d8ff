import { findAddresses } from './address.js';
import { findEmails, findIpAddresses } from './contacts.js';
import { digitGroups, type DigitGroup } from './digit-groups.js';
import { personalDataTypes, type PersonalData, type PersonalDataType } from './finding.js';
import { findIbans } from './iban.js';
import { findLetteredIds, findNumbers } from './numbers.js';
import { findPersons } from './person.js';
import { findPhones } from './phone.js';

/** A person that something else (a model for entities) has found. */
export interface KnownPerson {
  readonly start: number;
  readonly end: number;
  readonly confidence?: number;
}

type Detector = (text: string, groups: readonly DigitGroup[]) => PersonalData[];

/** Earlier ones win where two find the same place: what has a checksum before what has a shape. */
const DETECTORS: readonly Detector[] = [
  findEmails,
  findIbans,
  findNumbers,
  findLetteredIds,
  findIpAddresses,
  findPhones,
  findAddresses,
  findPersons,
];

/**
 * Personal data in a text, in order and without overlaps. Pure, without a model, in time linear in the length.
 *
 * All detectors run whatever `types` says, so that a card number is not reported as a phone when only phones are asked
 * for.
 *
 * @param types which to report; all when absent.
 * @param persons what a model for entities has found in the same text.
 */
export function findPii(
  text: string,
  types: readonly PersonalDataType[] = personalDataTypes,
  persons: readonly KnownPerson[] = [],
): PersonalData[] {
  const named = persons.map(({ start, end, confidence = 0.9 }): PersonalData => ({
    start,
    end,
    confidence,
    type: 'person',
    kind: 'entity',
  }));
  const groups = digitGroups(text);
  const all = [...DETECTORS.map((find) => find(text, groups)), named].flatMap((found, rank) =>
    found.map((data) => ({ data, rank })),
  );
  return withoutOverlaps(all).filter(({ type }) => types.includes(type));
}

interface Candidate {
  readonly data: PersonalData;
  readonly rank: number;
}

/** One sweep from left to right; of two in the same place the one of lower rank stays, then the longer. */
function withoutOverlaps(all: readonly Candidate[]): PersonalData[] {
  const kept: Candidate[] = [];
  for (const candidate of [...all].sort((a, b) => a.data.start - b.data.start || a.rank - b.rank)) {
    const before = kept.at(-1);
    if (!before || candidate.data.start >= before.data.end) kept.push(candidate);
    else if (isBetter(candidate, before)) kept[kept.length - 1] = candidate;
  }
  return kept.map(({ data }) => data);
}

function isBetter(candidate: Candidate, before: Candidate): boolean {
  if (candidate.rank !== before.rank) return candidate.rank < before.rank;
  return candidate.data.end - candidate.data.start > before.data.end - before.data.start;
}
