/** Adjacent digits, or one spoken digit word. */
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

const SPOKEN: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  o: '0',
  nought: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
};
const WORD = 'zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine';
const GROUP = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:(\\d{1,40})(?!(?!x\\d)[\\p{L}\\p{N}_])|(double|triple) (${WORD})(?![\\p{L}\\p{N}_])|(${WORD})(?![\\p{L}\\p{N}_]))`,
  'giu',
);
/** Up to three separators, at most one of which is not a space. */
const JOINT = /^(?: {1,2}| ?[-–.,/·] ?|, ?(?:uh|um|erm|then|and),? |\) ?|\n)?$/i;
const MAX_JOINT = 12;

/** Every group of digits of a text, written or spoken ("double five", "oh"), in order; linear time. */
export function digitGroups(text: string): DigitGroup[] {
  const groups: DigitGroup[] = [];
  for (const match of text.matchAll(GROUP)) {
    const [whole, digits, times, repeated, word] = match;
    const start = match.index;
    const before = groups.at(-1);
    const between = before && start - before.end <= MAX_JOINT ? text.slice(before.end, start) : undefined;
    const joint = between !== undefined && JOINT.test(between) ? between : undefined;
    const value = digits ?? spokenDigits(word ?? repeated ?? '', times);
    const singles = joint !== undefined && value.length === 1 && before?.digits.length === 1 ? before.singles + 1 : 0;
    const chain = joint !== undefined && !/[,\n·]/.test(joint) ? (before?.chain ?? 0) + 1 : 0;
    groups.push({
      start,
      end: start + whole.length,
      digits: value,
      spoken: digits === undefined,
      singles,
      chain,
      ...(joint === undefined ? {} : { joint }),
    });
  }
  return groups;
}

function spokenDigits(word: string, times: string | undefined): string {
  const digit = SPOKEN[word.toLowerCase()] ?? '';
  return digit.repeat(times === undefined ? 1 : times.toLowerCase() === 'double' ? 2 : 3);
}

/** Consecutive groups that form one number. */
export interface DigitRun {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  readonly spoken: boolean;
  /** Index of the first group after it. */
  readonly next: number;
}

const MAX_DIGITS = 19;

/**
 * The sequences of at least `shortest` digits that start at one group, longest first, joined as numbers are written.
 */
export function runsFrom(groups: readonly DigitGroup[], from: number, shortest: number): DigitRun[] {
  const first = groups[from]!;
  const runs: DigitRun[] = [];
  let digits = '';
  for (let at = from; at < groups.length; at++) {
    const group = groups[at]!;
    if (at > from && !continues(group, first)) break;
    digits += group.digits;
    if (digits.length > MAX_DIGITS) break;
    if (digits.length >= shortest)
      runs.push({ start: first.start, end: group.end, digits, spoken: group.spoken, next: at + 1 });
  }
  return runs.reverse();
}

/** A comma separates written numbers; in dictation it is a pause. */
function continues({ joint, spoken }: DigitGroup, first: DigitGroup): boolean {
  return joint !== undefined && spoken === first.spoken && (spoken || !joint.includes(','));
}

/** The lengths of a range of groups: "4 4 4 4", with separators "3-2-4", of one group "16". */
export function shapeOf(groups: readonly DigitGroup[], from: number, next: number): string {
  return groups
    .slice(from, next)
    .map(({ digits, joint }, at) => (at === 0 ? '' : joint?.trim() ? '-' : ' ') + String(digits.length))
    .join('');
}
