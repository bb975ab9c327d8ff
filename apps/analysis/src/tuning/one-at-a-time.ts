/** Lets tasks run one after the other, in the order they came: each may need much memory. */
export class OneAtATime {
  private last: Promise<unknown> = Promise.resolve();

  /** Rejects with the signal's reason when it aborts while others are before it; the task itself hears the signal too. */
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
