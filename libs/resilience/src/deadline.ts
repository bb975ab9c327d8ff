import { LlmosError } from '@llmos/contracts';

/** An operation that can be stopped. Every wrapper of this library takes and returns one. */
export type Operation<I, O> = (input: I, signal: AbortSignal) => Promise<O>;

/**
 * Limits the time of an operation. After the time, or when the signal of the caller fires, the signal of the
 * operation fires and the call rejects with DEADLINE_EXCEEDED (or the caller's reason) at once, even if the operation
 * does not stop.
 */
export function withDeadline<I, O>(operation: Operation<I, O>, timeoutMs: number): Operation<I, O> {
  return (input, signal) => {
    if (signal.aborted) return Promise.reject(reasonOf(signal));
    const own = new AbortController();
    return new Promise<O>((resolve, reject) => {
      const stop = (reason: Error) => {
        release();
        own.abort(reason);
        reject(reason);
      };
      const onAbort = () => stop(reasonOf(signal));
      const timer = setTimeout(
        () => stop(new LlmosError('DEADLINE_EXCEEDED', `The work took longer than ${timeoutMs} ms.`)),
        timeoutMs,
      );
      const release = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      operation(input, own.signal).then(resolve, reject).finally(release);
    });
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new LlmosError('CANCELLED', 'The work was cancelled.');
}
