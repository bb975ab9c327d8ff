/** Values with the time they came at, no older than a window. */
export class Recent {
  private entries: { readonly at: number; readonly value: number }[] = [];

  constructor(private readonly windowSeconds: number) {}

  add(at: number, value: number): void {
    this.entries.push({ at, value });
    const kept = this.entries.findIndex((entry) => entry.at > at - this.windowSeconds);
    if (kept > 0) this.entries = this.entries.slice(kept);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  get sum(): number {
    return this.entries.reduce((sum, { value }) => sum + value, 0);
  }

  /** The value that came last; 0 if none did. */
  get latest(): number {
    return this.entries.at(-1)?.value ?? 0;
  }

  get mean(): number {
    return this.entries.length > 0 ? this.sum / this.entries.length : 0;
  }

  /** The standard deviation. */
  get deviation(): number {
    const { mean } = this;
    const squares = this.entries.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
    return this.entries.length > 0 ? Math.sqrt(squares / this.entries.length) : 0;
  }

  get largest(): number {
    return this.entries.reduce((most, { value }) => Math.max(most, value), -Infinity);
  }
}
