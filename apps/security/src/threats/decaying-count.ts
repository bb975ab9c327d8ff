/** How much something has happened lately: each event counts 1 and fades, half of it in {@link HALF_LIFE_MINUTES}. */
export class DecayingCount {
  private count = 0;
  private at = 0;

  /** @param minute minutes since 1970, with their fraction. */
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

/** A steady rate of r events a minute settles at 43 r, so that slow scans add up too. */
export const HALF_LIFE_MINUTES = 30;
