import type { Baseline } from './baseline.port.js';

const HOUR_SECONDS = 3_600;
const HOURS = 24;
/** How much of today an hour takes over. */
const LEARNING_RATE = 0.3;
/** An hour is learned from its last values, if it has more. */
const MOST_VALUES = 720;

/**
 * What the figure is at this hour of the day: the median of each hour, smoothed over the days. An hour is learned when it is
 * over: what is odd in it is compared with other days, not with itself.
 */
export class SeasonalBaseline implements Baseline {
  private readonly hours = new Float64Array(HOURS).fill(NaN);
  private readonly values: number[] = [];
  private hour = -1;

  next(value: number, seconds: number): number {
    const hour = Math.floor(seconds / HOUR_SECONDS) % HOURS;
    if (hour !== this.hour) this.learn();
    this.hour = hour;
    if (this.values.length === MOST_VALUES) this.values.shift();
    this.values.push(value);
    const expected = this.hours[hour]!;
    return Number.isNaN(expected) ? 0 : Math.abs(value - expected);
  }

  private learn(): void {
    if (this.values.length === 0) return;
    const median = this.values.sort((a, b) => a - b)[this.values.length >> 1]!;
    const before = this.hours[this.hour]!;
    this.hours[this.hour] = Number.isNaN(before) ? median : before + LEARNING_RATE * (median - before);
    this.values.length = 0;
  }
}
