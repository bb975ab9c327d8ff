import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 5;

/**
 * How long `work` holds this thread's event loop at a stretch, in milliseconds of processor time between two ticks of a
 * timer, the longest first. Time on the processor and not on the clock, so that what else the machine does, which makes
 * every thread late, changes nothing; waiting that uses no processor is not seen.
 */
export async function eventLoopHolds(work: () => Promise<unknown>): Promise<readonly number[]> {
  const holds: number[] = [];
  let last = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    holds.push((user + system) / 1_000);
    last = process.threadCpuUsage();
  }, TICK_MS);
  try {
    await work();
    // What held the thread at the very end is noticed by the next tick.
    await pause(2 * TICK_MS);
  } finally {
    clearInterval(timer);
  }
  return holds.sort((a, b) => b - a);
}
