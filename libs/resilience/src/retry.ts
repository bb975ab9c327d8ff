import { setTimeout as pause } from 'node:timers/promises';
import { hasCode } from '@llmos/contracts';

/**
 * The delay before the next attempt: exponential back-off with equal jitter
 * (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
 *
 * @param attempt 1 after the first failure.
 * @returns milliseconds, between half and all of min(cap, base · 2^(attempt-1)).
 */
export function backoffMs(attempt: number, options: { baseMs: number; capMs: number; random?: () => number }): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + (options.random ?? Math.random)() / 2));
}

const CONFLICT_ATTEMPTS = 12;
const CONFLICT_BACKOFF = { baseMs: 2, capMs: 250 };

/**
 * Runs a cycle of read, change and compare-and-set, and repeats it while other writers come in between.
 *
 * @param cycle rejects with CONFLICT if the value has changed since it was read.
 * @throws LlmosError CONFLICT after 12 attempts, and every other error of `cycle` at once.
 */
export async function retryConflicts<T>(cycle: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await cycle();
    } catch (error) {
      if (!hasCode(error, 'CONFLICT') || attempt === CONFLICT_ATTEMPTS) throw error;
      await pause(backoffMs(attempt, CONFLICT_BACKOFF), undefined, { signal });
    }
  }
}

export interface RetryOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** Ends the attempts: the promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  readonly onFailure?: (error: unknown, attempt: number) => void;
}

/** Repeats `work` with back-off until it succeeds. */
export async function retry<T>(work: (attempt: number) => Promise<T> | T, options: RetryOptions): Promise<T> {
  const { signal, onFailure } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      onFailure?.(error, attempt);
    }
    await pause(backoffMs(attempt, options), undefined, { signal });
  }
}
