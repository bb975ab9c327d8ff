import { digitsSpoken, SPOKEN_GROUP } from './spoken-digits.js';

/** Adjacent digits, or digits spoken in one breath. */
export interface DigitGroup {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  readonly spoken: boolean;
  /** The separator from the group before, if it can join both into one number. */
  readonly joint?: string;
  /** The number of joined single-digit groups before this single-digit group. */
  readonly singles: number;
  /** The number of joined groups before this one in the same item of a list. */
  readonly chain: number;
}

const GROUP = new RegExp(
  `(?<![\\p{L}\\p{N}]|\\p{L}_)(?:(${SPOKEN_GROUP})|(\\d{1,40}))(?!(?!x\\d)[\\p{L}\\p{N}]|_\\p{L})`,
  'giu',
);
/** A few separators, at most one of which is not a space. */
const JOINT =
  /^(?: {1,4}| ?[-.,/·•∙⋅~;|_*] ?| ?-- ?|,? (?:uh|um|erm|er|dash|hyphen|space|dot),? |,? ?and then,? |, ?(?:then|and),? | {0,3}[-./·•∙⋅_]? ?[([]|[)\]] {0,3}[-./·•∙⋅_]? ?[([]?|\n)?$/i;
const MAX_JOINT = 12;

/** Every group of digits of a text, written or spoken ("double five", "oh", "nine hundred"), in order; linear time. */
export function digitGroups(text: string): DigitGroup[] {
  const groups: DigitGroup[] = [];
  for (const match of text.matchAll(GROUP)) {
    const [whole, spoken, written = ''] = match;
    const start = match.index;
    const before = groups.at(-1);
    const joint = before && !isPronoun(text, before, spoken) ? jointOf(text, before.end, start) : undefined;
    const digits = spoken === undefined ? written : digitsSpoken(spoken);
    const singles = joint !== undefined && digits.length === 1 && before?.digits.length === 1 ? before.singles + 1 : 0;
    const chain = joint !== undefined && !/[,\n·•∙⋅;]/.test(joint) ? (before?.chain ?? 0) + 1 : 0;
    const group = { start, end: start + whole.length, digits, spoken: spoken !== undefined, singles, chain };
    groups.push(joint === undefined ? group : { ...group, joint });
  }
  return groups;
}

/** "the new one 508-936-760": a single "one" before a written number. */
function isPronoun(text: string, { start, end, joint }: DigitGroup, spokenNext: string | undefined): boolean {
  return spokenNext === undefined && joint === undefined && /^one$/i.test(text.slice(start, end));
}

function jointOf(text: string, from: number, to: number): string | undefined {
  const between = to - from <= MAX_JOINT ? text.slice(from, to) : undefined;
  return between !== undefined && JOINT.test(between) ? between : undefined;
}

/** Consecutive groups that form one number. */
export interface DigitRun {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Whether a part of it is spoken. */
  readonly spoken: boolean;
  /** Index of the first group after it. */
  readonly next: number;
}

const MAX_DIGITS = 19;

/**
 * The sequences of at least `shortest` digits that start at one group, longest first, joined as numbers are written.
 */
export function runsFrom(groups: readonly DigitGroup[], from: number, shortest: number): DigitRun[] {
  const { start } = groups[from]!;
  const runs: DigitRun[] = [];
  let digits = '';
  let spoken = false;
  for (let at = from; at < groups.length; at++) {
    const group = groups[at]!;
    if (at > from && !continues(group, groups[at - 1]!)) break;
    digits += group.digits;
    spoken ||= group.spoken;
    if (digits.length > MAX_DIGITS) break;
    if (digits.length >= shortest) runs.push({ start, end: group.end, digits, spoken, next: at + 1 });
  }
  return runs.reverse();
}

/** A comma or a bracket separates written numbers; in dictation a comma is a pause. */
function continues({ joint, spoken }: DigitGroup, before: DigitGroup): boolean {
  return joint !== undefined && ((spoken && before.spoken) || !/[,([]/.test(joint));
}

/** The lengths of a range of groups: "4 4 4 4", with separators "3-2-4", of one group "16". */
export function shapeOf(groups: readonly DigitGroup[], from: number, next: number): string {
  return groups
    .slice(from, next)
    .map(({ digits, joint }, at) => (at === 0 ? '' : joint?.trim() ? '-' : ' ') + String(digits.length))
    .join('');
}
