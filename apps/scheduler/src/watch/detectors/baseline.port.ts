/** One view of what is normal for a figure. It learns from each value after it has judged it. */
export interface Baseline {
  /**
   * @param value the figure.
   * @param seconds when it was read, since 1970.
   * @returns how far it is from what was expected, in the figure's own unit; 0 while nothing is expected yet.
   */
  next(value: number, seconds: number): number;
}
