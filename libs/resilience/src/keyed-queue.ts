/** Runs tasks of one key one after the other, in order of arrival; tasks of different keys run concurrently. */
export class KeyedQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Rejects with the signal's reason if it aborts while the task is still queued. */
  async run<Output>(key: string, task: () => Promise<Output>, signal?: AbortSignal): Promise<Output> {
    const before = this.last.get(key);
    const { promise: done, resolve: leave } = Promise.withResolvers<undefined>();
    const mine = Promise.resolve(before).then(() => done);
    this.last.set(key, mine);
    try {
      await untilAborted(before, signal);
      return await task();
    } finally {
      leave(undefined);
      void mine.then(() => this.last.get(key) === mine && this.last.delete(key));
    }
  }
}

async function untilAborted(waited: Promise<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    await Promise.race([waited, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
