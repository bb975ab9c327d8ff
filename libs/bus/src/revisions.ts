interface Waiter {
  readonly key: string;
  readonly above: number;
  readonly resolve: () => void;
}

/**
 * The last revision of each key that a watcher has processed. A writer waits here until its own write has come back:
 * watchers receive changes in order, so no older value can follow.
 */
export class Revisions {
  private readonly revisions = new Map<string, number>();
  private readonly waiters = new Set<Waiter>();

  /** 0 for an unknown key. */
  revisionOf(key: string): number {
    return this.revisions.get(key) ?? 0;
  }

  /** Removes the keys of a tenant. */
  forget(tenant: string): void {
    for (const key of this.revisions.keys())
      if (key === tenant || key.startsWith(`${tenant}.`)) this.revisions.delete(key);
  }

  processed(key: string, revision: number): void {
    this.revisions.set(key, revision);
    for (const waiter of this.waiters) if (waiter.key === key && revision > waiter.above) waiter.resolve();
  }

  /** Resolves when this revision of the key, or a later one, has been processed. Rejects when the signal aborts. */
  async reached(key: string, revision: number, signal?: AbortSignal): Promise<void> {
    if (this.revisionOf(key) >= revision) return;
    await this.wait(key, revision - 1, signal);
  }

  /** Changes the key, and resolves when a later revision than the present one has been processed. */
  async changed(key: string, change: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const signals = signal ? [signal, failed.signal] : [failed.signal];
    // It waits before it changes: the change may come back at once.
    const processed = this.wait(key, this.revisionOf(key), AbortSignal.any(signals));
    processed.catch(() => undefined);
    try {
      await change();
    } catch (error) {
      failed.abort();
      throw error;
    }
    await processed;
  }

  private async wait(key: string, above: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { key, above, resolve: () => resolve(undefined) };
    const abort = (): void => reject(signal?.reason);
    this.waiters.add(waiter);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      this.waiters.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }
}
