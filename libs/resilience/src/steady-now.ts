const BEGAN_AT_MS = performance.timeOrigin;

/**
 * The time in Unix milliseconds, as the clock of the machine would show it if nobody had set it since this process began.
 * For deadlines and durations, which must not change when a clock is set. Another process can differ by any amount.
 */
export function steadyNow(): number {
  return Math.floor(BEGAN_AT_MS + performance.now());
}
