import type { Baseline } from './baseline.port.js';
import { SortedWindow } from './sorted-window.js';

const REMEMBERED = 2_000;

/** What the figure usually is: the median of its last values. Single outliers do not move it. */
export class LevelBaseline implements Baseline {
  private readonly values = new SortedWindow(REMEMBERED);

  next(value: number): number {
    const error = this.values.size > 0 ? Math.abs(value - this.values.quantile(0.5)) : 0;
    this.values.push(value);
    return error;
  }
}
