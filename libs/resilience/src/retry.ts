/**
 * How long to wait before trying again: exponential back-off with equal jitter
 * (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
 *
 * @param attempt 1 after the first failure.
 * @returns milliseconds, between half and all of min(cap, base · 2^(attempt-1)).
 */
export function backoffMs(attempt: number, options: { baseMs: number; capMs: number; random?: () => number }): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + (options.random ?? Math.random)() / 2));
}
