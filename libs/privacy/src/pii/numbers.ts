import { cardIssuer, isCardLike } from './card.js';
import { runsFrom, shapeOf, type DigitGroup, type DigitRun } from './digit-groups.js';
import type { PersonalData } from './finding.js';
import { letteredIds, numericIds } from './national-ids.js';

const WORDS_BEFORE = 60;
const WORDS_BEHIND = 40;
const SHORTEST_CARD = 12;
const CARD_WORDS = /\b(?:card|cc|credit|debit|pan)\b/i;
const CARD_WORDS_BEFORE = 30;
const SHORTEST = 9;

/** In a long sequence of single digits only the first ones can start a number. */
const MAX_SINGLES = 24;
const IDS_BY_LENGTH = Map.groupBy(numericIds, ({ length }) => length);

/** Cards and national numbers of digits, written or spoken: the longest valid sequence from each group wins. */
export function findNumbers(text: string, groups: readonly DigitGroup[]): PersonalData[] {
  const found: PersonalData[] = [];
  for (let at = 0; at < groups.length;) {
    const hit = groups[at]!.singles > MAX_SINGLES ? undefined : numberFrom(text, groups, at);
    if (hit) found.push(hit.data);
    at = hit ? hit.run.next : at + 1;
  }
  return found;
}

function numberFrom(text: string, groups: readonly DigitGroup[], from: number) {
  for (const run of runsFrom(groups, from, SHORTEST)) {
    const shape = (): string => shapeOf(groups, from, run.next);
    const data = cardIn(run, shape, text) ?? nationalIdIn(run, shape, text);
    if (data) return { run, data };
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

function cardIn(run: DigitRun, shape: () => string, text: string): PersonalData | undefined {
  const { digits, spoken, start, end } = run;
  if (digits.length < SHORTEST_CARD) return undefined;
  const kind = cardIssuer(digits) ?? unknownIssuer(run, text);
  // Numbers in a list are not one card. Cards are written whole, in groups of two to seven, or digit by digit.
  if (kind === undefined || (!spoken && !/^(?:\d+|[3-7](?:[ -][2-7])+|1(?:[ -]1)+)$/.test(shape()))) return undefined;
  return { start, end, type: 'card', confidence: 0.99, kind };
}

/** After words for a card the check digit is sufficient: issuers get new prefixes. */
function unknownIssuer({ digits, start }: DigitRun, text: string): string | undefined {
  if (!CARD_WORDS.test(text.slice(Math.max(0, start - CARD_WORDS_BEFORE), start))) return undefined;
  return isCardLike(digits) ? 'unknown-issuer' : undefined;
}

function nationalIdIn(run: DigitRun, shape: () => string, text: string): PersonalData | undefined {
  let around: string | undefined;
  for (const id of IDS_BY_LENGTH.get(run.digits.length) ?? []) {
    if (!id.valid(run.digits)) continue;
    around ??= wordsAround(text, run);
    const named = id.words.test(around);
    if (!named && !id.shape?.test(shape())) continue;
    return { start: run.start, end: run.end, type: 'national_id', confidence: named ? 0.99 : 0.9, kind: id.kind };
  }
  return undefined;
}

function wordsAround(text: string, { start, end }: DigitRun): string {
  return `${text.slice(Math.max(0, start - WORDS_BEFORE), start)} … ${text.slice(end, end + WORDS_BEHIND)}`.toLowerCase();
}
