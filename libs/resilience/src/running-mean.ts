/** How much a new value counts in the mean and in the deviation. */
const GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;

/**
 * Mean and mean deviation of the latest values, as TCP estimates round trips (Jacobson 1988, RFC 6298). 0 before the
 * first value.
 */
export class RunningMean {
  private count = 0;
  mean = 0;
  deviation = 0;

  add(value: number): void {
    const error = value - this.mean;
    if (this.count++ === 0) {
      this.mean = value;
      this.deviation = value / 2;
      return;
    }
    this.mean += GAIN * error;
    this.deviation += DEVIATION_GAIN * (Math.abs(error) - this.deviation);
  }

  get isKnown(): boolean {
    return this.count > 0;
  }

  /** Nothing was measured because of this estimate: trust it a little less, so that it is tried again. */
  doubt(): void {
    this.mean *= 1 - GAIN / 2;
  }

  /** Few values are above. */
  get high(): number {
    return this.mean + 2 * this.deviation;
  }

  /** Few values are below. */
  get low(): number {
    return Math.max(0, this.mean - 2 * this.deviation);
  }
}
