/** Runs tasks one after the other, in order of arrival: each may need much memory. */
export class OneAtATime {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects with the signal's reason if it aborts while the task is still queued. */
  async run<Output>(task: () => Promise<Output>, signal?: AbortSignal): Promise<Output> {
    const before = this.last;
    const { promise: done, resolve: leave } = Promise.withResolvers<undefined>();
    this.last = before.then(() => done);
    try {
      await untilAborted(before, signal);
      return await task();
    } finally {
      leave(undefined);
    }
  }
}

async function untilAborted(waited: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    await Promise.race([waited, aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
