const TICK_MS = 10;
/** A tick that comes later than this is late because the process stood still. */
const LONGEST_TICK_MS = 2 * TICK_MS;

/**
 * Starts a stopwatch for a limit that the product promises. It counts only while this process runs: each tick of its
 * timer counts for at most 20 ms, however late it comes. So a limit holds on a machine that stands still for seconds,
 * or that gives its processor to other processes.
 *
 * @returns stops it and gives the milliseconds.
 */
export function startStopwatch(): () => number {
  let [countedMs, lastAt] = [0, performance.now()];
  const tick = () => {
    const now = performance.now();
    countedMs += Math.min(now - lastAt, LONGEST_TICK_MS);
    lastAt = now;
  };
  const timer = setInterval(tick, TICK_MS);
  return () => {
    clearInterval(timer);
    tick();
    return countedMs;
  };
}
