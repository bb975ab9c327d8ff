import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tries again every `retryMs` until `attempt` says that it has succeeded. Ends without a word when the signal aborts, for
 * then the process is leaving; of its failures the attempt tells itself.
 */
export async function tryUntil(
  attempt: () => Promise<boolean>,
  { retryMs, signal }: { retryMs: number; signal?: AbortSignal },
): Promise<void> {
  try {
    do await pause(retryMs, undefined, { signal, ref: false });
    while (!(await attempt()));
  } catch {
    // An attempt rejects on abort alone.
  }
}
