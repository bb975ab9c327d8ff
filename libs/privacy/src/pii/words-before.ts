import { lastUpTo } from './sorted.js';

/** The places of certain words in a text, for quick checks whether one is shortly before another place. */
export class WordsBefore {
  private readonly ends: readonly number[];

  constructor(
    private readonly text: string,
    pattern: RegExp,
  ) {
    this.ends = [...text.matchAll(pattern)].map((match) => match.index + match[0].length);
  }

  /** Whether a word ends at most `reach` characters before `at`, in the same line. */
  near(at: number, reach: number): boolean {
    const end = this.ends[lastUpTo(this.ends, at, (place) => place)];
    return end !== undefined && at - end <= reach && !this.text.slice(end, at).includes('\n');
  }
}
