import type { Watching } from './kv-watch.js';

/** A bucket that can be watched. Its entries can be lost with a tenant's keys if it is sealed. */
export interface Watchable {
  watch(watcher: {
    onEntry(entry: { key: string; value: Uint8Array | undefined; revision: number }): void;
    onForgotten(tenant: string): void;
    onUnreadable(key: string, error: unknown): void;
  }): Promise<Watching>;
}

export interface WatchedBucketOptions<T> {
  /** Decodes a value. An entry for which it throws is reported as unreadable and counts as absent. */
  decode(value: Uint8Array, entry: { readonly key: string; readonly revision: number }): T;
  /** Called after each change of an entry. */
  onChange?(key: string, now: T | undefined, before: T | undefined): void;
  onUnreadable?(key: string, error: unknown): void;
}

/**
 * A bucket kept in memory, decoded. Reads cost no request; a change by any process arrives within moments. Keys that
 * can be lost with a tenant's keys are `<tenant>` or begin with `<tenant>.`.
 */
export class WatchedBucket<T> {
  private readonly byKey = new Map<string, T>();
  private watching: Watching | undefined;

  private constructor(private readonly options: WatchedBucketOptions<T>) {}

  /** Resolves when every stored entry has been read. */
  static async open<T>(bucket: Watchable, options: WatchedBucketOptions<T>): Promise<WatchedBucket<T>> {
    const watched = new WatchedBucket(options);
    watched.watching = await bucket.watch({
      onEntry: (entry) => watched.read(entry),
      onForgotten: (tenant) => watched.forget(tenant),
      onUnreadable: (key, error) => options.onUnreadable?.(key, error),
    });
    return watched;
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key);
  }

  entries(): MapIterator<[string, T]> {
    return this.byKey.entries();
  }

  values(): MapIterator<T> {
    return this.byKey.values();
  }

  /** Keeps an entry that this process has just written or deleted, before the change comes back from the bucket. */
  set(key: string, now: T | undefined): void {
    const before = this.byKey.get(key);
    if (now === undefined) this.byKey.delete(key);
    else this.byKey.set(key, now);
    this.options.onChange?.(key, now, before);
  }

  stop(): void {
    this.watching?.stop();
  }

  private read({ key, value, revision }: { key: string; value: Uint8Array | undefined; revision: number }): void {
    let now: T | undefined;
    try {
      now = value && this.options.decode(value, { key, revision });
    } catch (error) {
      this.options.onUnreadable?.(key, error);
    }
    this.set(key, now);
  }

  private forget(tenant: string): void {
    for (const key of this.byKey.keys()) if (key === tenant || key.startsWith(`${tenant}.`)) this.set(key, undefined);
  }
}
