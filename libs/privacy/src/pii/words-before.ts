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
    const end = this.lastUpTo(at);
    return end !== undefined && at - end <= reach && !this.text.slice(end, at).includes('\n');
  }

  private lastUpTo(at: number): number | undefined {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return this.ends[low - 1];
  }
}
