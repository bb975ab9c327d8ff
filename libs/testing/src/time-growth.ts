/** Shorter times are fast enough for any growth, and too short to measure. */
const NOTICEABLE_MS = 100;
const ATTEMPTS = 3;

/**
 * The exponent by which the time of `work` grows with the size of its input: about 1 for linear, 2 for quadratic time;
 * 0 if `size` takes less than 100 ms.
 *
 * Measures processor time of this thread at `size` and at an eighth of it, the best of up to three attempts, so that
 * neither a slow nor a busy machine changes the result.
 *
 * @param work receives the size; preparing its input counts too
 */
export function timeGrowth(work: (size: number) => unknown, size: number): number {
  const eighth = Math.ceil(size / 8);
  let [shortMs, longMs, growth] = [Infinity, Infinity, 0];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    shortMs = Math.min(
      shortMs,
      threadMsOf(() => work(eighth)),
    );
    longMs = Math.min(
      longMs,
      threadMsOf(() => work(size)),
    );
    if (longMs < NOTICEABLE_MS) return 0;
    growth = Math.log(longMs / shortMs) / Math.log(size / eighth);
    if (growth < 1.25) return growth;
  }
  return growth;
}

/** Upper limit of linear growth: above the effect of caches and garbage collection, below quadratic growth. */
export const LINEAR = 1.6;

/** Processor time of this thread in milliseconds: almost independent of the load of the machine. */
export function threadMsOf(work: () => unknown): number {
  const from = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1_000;
}
