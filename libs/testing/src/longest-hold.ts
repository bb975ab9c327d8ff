import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 5;
const ATTEMPTS = 3;

/**
 * For how long `work` holds this thread's event loop at a stretch, at the most: milliseconds of processor time between two
 * ticks of a timer. Time on the processor and not on the clock, so that what else the machine does, which makes every
 * thread late, changes nothing; waiting that uses no processor is not seen.
 *
 * A collection of the whole heap, most of which is the test runner's, can fall into any work. So what holds for longer than
 * `limitMs` is done again, up to three times in all, and the shortest counts: a hold of the work's own is there each time.
 */
export async function longestHold(work: () => Promise<unknown>, limitMs: number): Promise<number> {
  let shortest = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && shortest > limitMs; attempt++)
    shortest = Math.min(shortest, await longestOf(work));
  return shortest;
}

async function longestOf(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.threadCpuUsage();
  }, TICK_MS);
  try {
    await work();
    // What held the thread at the very end is noticed by the next tick.
    await pause(2 * TICK_MS);
  } finally {
    clearInterval(timer);
  }
  return longest;
}
