/** A count of recent events: each counts 1 at first, and half as much after {@link HALF_LIFE_MINUTES}. */
export class DecayingCount {
  private count = 0;
  private at = 0;

  /** @param minute in minutes since 1970, with a fraction. */
  add(minute: number): void {
    this.count = this.value(minute) + 1;
    this.at = Math.max(minute, this.at);
  }

  value(minute: number): number {
    const passed = Math.max(0, minute - this.at);
    return this.count * 2 ** (-passed / HALF_LIFE_MINUTES);
  }

  clear(): void {
    this.count = 0;
  }
}

/** A constant rate of r events a minute converges to a count of 43 r, so that slow scans add up too. */
export const HALF_LIFE_MINUTES = 30;
