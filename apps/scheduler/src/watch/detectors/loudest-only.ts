/** Lets a value pass only if none of the last ones was as large: one anomaly is told once, and again only if it grows. */
export class LoudestOnly {
  private readonly standing: { readonly at: number; readonly value: number }[] = [];
  private at = 0;

  /** `hold`: how many values a large one silences. */
  constructor(private readonly hold: number) {}

  /** @returns the value, or 0. */
  next(value: number): number {
    const { standing } = this;
    this.at++;
    while (standing.length > 0 && standing[0]!.at < this.at - this.hold) standing.shift();
    const passes = value > (standing[0]?.value ?? 0);
    while (standing.length > 0 && standing.at(-1)!.value <= value) standing.pop();
    standing.push({ at: this.at, value });
    return passes ? value : 0;
  }
}
