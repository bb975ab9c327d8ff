import { LlmosError } from '@llmos/contracts';

/** One operation that can be stopped: the shape every concern here takes and gives back. */
export type Operation<I, O> = (input: I, signal: AbortSignal) => Promise<O>;

/**
 * Bounds an operation in time. When the time is over, or the caller's own signal fires, the operation's signal is
 * aborted and the caller gets DEADLINE_EXCEEDED (or the caller's reason) at once, even if the operation does not listen.
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
