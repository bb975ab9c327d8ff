import type { Baseline } from './baseline.port.js';

/** Values whose mean is the present. */
const PRESENT = 20;
/** The past is smoothed over some two hundred values. */
const LEARNING_RATE = 0.005;

/**
 * Whether the figure drifts away: the mean of the last values against a slow, exponentially weighted mean (EWMA; Roberts
 * 1959). It sees what lasts, such as a leak, and passes over what a single value does.
 */
export class DriftBaseline implements Baseline {
  private readonly last = new Float64Array(PRESENT);
  private seen = 0;
  private past = NaN;

  next(value: number): number {
    this.last[this.seen++ % PRESENT] = value;
    const known = Math.min(this.seen, PRESENT);
    let sum = 0;
    for (let at = 0; at < known; at++) sum += this.last[at]!;
    const error = Number.isNaN(this.past) ? 0 : Math.abs(sum / known - this.past);
    this.past = Number.isNaN(this.past) ? value : this.past + LEARNING_RATE * (value - this.past);
    return error;
  }
}
