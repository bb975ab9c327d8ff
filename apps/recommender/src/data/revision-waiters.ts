/** Who waits until a change of an entry has been taken up here. */
interface Waiter {
  readonly key: string;
  readonly above: number;
  readonly resolve: () => void;
}

/** The last revision taken up of each key, and those who wait for a later one. */
export class RevisionWaiters {
  private readonly revisions = new Map<string, number>();
  private readonly waiters = new Set<Waiter>();

  /** 0 for a key that never was. */
  revisionOf(key: string): number {
    return this.revisions.get(key) ?? 0;
  }

  /** Forgets the keys of a tenant. */
  forget(tenant: string): void {
    for (const key of [...this.revisions.keys()]) if (key.startsWith(`${tenant}.`)) this.revisions.delete(key);
  }

  took(key: string, revision: number): void {
    this.revisions.set(key, revision);
    for (const waiter of this.waiters) if (waiter.key === key && revision > waiter.above) waiter.resolve();
  }

  /** Resolves once this revision of the key, or a later one, has been taken up. Rejects when the signal aborts. */
  async reached(key: string, revision: number, signal?: AbortSignal): Promise<void> {
    if (this.revisionOf(key) >= revision) return;
    await this.wait(key, revision - 1, signal);
  }

  /**
   * Does what changes the key and resolves once a revision after the present one has been taken up. It begins to wait
   * before it does it: a change that comes back at once is not missed.
   */
  async changed(key: string, change: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const signals = signal ? [signal, failed.signal] : [failed.signal];
    const taken = this.wait(key, this.revisionOf(key), AbortSignal.any(signals));
    taken.catch(() => undefined);
    try {
      await change();
    } catch (error) {
      failed.abort();
      throw error;
    }
    await taken;
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
