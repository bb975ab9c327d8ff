/** Shorter than this is fast enough whatever it grows by, and too short to be measured. */
const NOTICEABLE_MS = 100;
const ATTEMPTS = 3;

/**
 * How the time of `work` grows with the size of what it is given, told by the exponent of that growth: about 1 where
 * time is in proportion, 2 where it grows with the square. 0 where `size` takes less than 100 ms.
 *
 * Time on the processor by this thread, the best of up to three attempts, at `size` and at an eighth of it: so neither a
 * slow machine nor a busy one changes the answer.
 *
 * @param work is given the size it is to work on; preparing the input for it counts too
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

/** Where growth is to be called linear: well above what caches and collections add, well below the square. */
export const LINEAR = 1.6;

/** Time of this thread on the processor, in milliseconds: the same on a busy machine as on an idle one, or nearly. */
export function threadMsOf(work: () => unknown): number {
  const from = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1_000;
}
