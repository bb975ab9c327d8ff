import { cardIn, mistypedCardIn, printedCardIn } from './card.js';
import { runsFrom, shapeOf, type DigitGroup } from './digit-groups.js';
import type { PersonalData } from './finding.js';
import { letteredIds, numericIds } from './national-ids.js';
import { NumberRun } from './number-run.js';

const SHORTEST = 9;

/** In a long sequence of single digits only the first ones can start a number. */
const MAX_SINGLES = 24;
const IDS_BY_LENGTH = Map.groupBy(numericIds, ({ length }) => length);

/** What a number can be; a mistyped card only if nothing shorter has a right check digit. */
const READINGS: readonly ((run: NumberRun) => PersonalData | undefined)[] = [
  (run) => cardIn(run) ?? nationalIdIn(run) ?? printedCardIn(run),
  mistypedCardIn,
];

/** Cards and national numbers of digits, written or spoken: the longest fitting sequence from each group wins. */
export function findNumbers(text: string, groups: readonly DigitGroup[]): PersonalData[] {
  const found: PersonalData[] = [];
  for (let at = 0; at < groups.length;) {
    const hit = groups[at]!.singles > MAX_SINGLES ? undefined : numberFrom(text, groups, at);
    if (hit) found.push(hit.data);
    at = hit ? hit.next : at + 1;
  }
  return found;
}

function numberFrom(text: string, groups: readonly DigitGroup[], from: number) {
  const runs = runsFrom(groups, from, SHORTEST).map(
    (run) => new NumberRun(text, run, () => shapeOf(groups, from, run.next)),
  );
  if (runs[0]?.before.endsWith('+')) return undefined;
  for (const read of READINGS) {
    for (const run of runs) {
      const data = read(run);
      if (data) return { data, next: run.next };
    }
  }
  return undefined;
}

/** National numbers with letters. */
export function findLetteredIds(text: string): PersonalData[] {
  return letteredIds.flatMap(({ kind, pattern, valid }) =>
    [...text.matchAll(pattern)]
      .filter(([match]) => valid(match.replace(/[ .-]/g, '').toUpperCase()))
      .map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
        type: 'national_id' as const,
        confidence: 0.95,
        kind,
      })),
  );
}

function nationalIdIn(run: NumberRun): PersonalData | undefined {
  for (const id of IDS_BY_LENGTH.get(run.digits.length) ?? []) {
    if (!id.valid(run.digits)) continue;
    const named = id.words.test(run.around);
    if (!named && !id.shape?.test(run.shape)) continue;
    return run.as('national_id', named ? 0.99 : 0.9, id.kind);
  }
  return undefined;
}
