import { findAddresses, findIntroducedAddresses } from './address.js';
import { findListedCards } from './card.js';
import { digitGroups, type DigitGroup } from './digit-groups.js';
import { findEmails } from './email.js';
import { entityPerson, type KnownPerson } from './entity-person.js';
import { personalDataTypes, type PersonalData, type PersonalDataType } from './finding.js';
import { findIbans } from './iban.js';
import { findIpAddresses } from './ip-address.js';
import { findIntroducedNumbers, findNamesWithoutCapitals } from './introduced-numbers.js';
import { NormalForm } from './normal-form.js';
import { findLetteredIds, findNumbers } from './numbers.js';
import { findPersons } from './person.js';
import { findPhones } from './phone.js';
import { findSecrets } from './secrets.js';

type Detector = (text: string, groups: readonly DigitGroup[]) => PersonalData[];

/** In order of precedence for the same place: detectors with a checksum before those with a pattern; persons last. */
const DETECTORS: readonly Detector[] = [
  findEmails,
  findIbans,
  findNumbers,
  findListedCards,
  findLetteredIds,
  findSecrets,
  findIpAddresses,
  findIntroducedNumbers,
  findPhones,
  findAddresses,
  findIntroducedAddresses,
  findNamesWithoutCapitals,
  findPersons,
];

/**
 * Finds personal data in a text, in order and without overlaps, without a model and in linear time. All detectors
 * always run: otherwise a card number would be reported as a phone number if only phone numbers are wanted.
 *
 * @param types the types to report; all by default.
 * @param persons persons that an entity model found in the same text; brands and things among them are ignored.
 */
export function findPii(
  text: string,
  types: readonly PersonalDataType[] = personalDataTypes,
  persons: readonly KnownPerson[] = [],
): PersonalData[] {
  const form = new NormalForm(text);
  const groups = digitGroups(form.text);
  const detected = DETECTORS.map((find) =>
    find(form.text, groups).map((data) => ({ ...data, ...form.placeOf(data.start, data.end) })),
  );
  const named = new Uint8Array(persons.length > 0 ? text.length : 0);
  for (const { start, end } of detected.at(-1)!) named.fill(1, start, end);
  const all = [...detected, persons.flatMap((person) => entityPerson(text, person, named))].flatMap((found, rank) =>
    found.map((data) => ({ data, rank: Math.min(rank, DETECTORS.length - 1) })),
  );
  return withoutOverlaps(all).filter(({ type }) => types.includes(type));
}

interface Candidate {
  readonly data: PersonalData;
  readonly rank: number;
}

/** One sweep from left to right. Of two overlapping findings the one of lower rank stays, then the longer one. */
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
