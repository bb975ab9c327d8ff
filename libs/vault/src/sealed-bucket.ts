import {
  changeEntry,
  type Bus,
  type Change,
  type KvBucket,
  type KvOptions,
  type KvRevision,
  type KvValue,
} from '@llmos/bus';
import { hasCode, isLlmosError, LlmosError } from '@llmos/contracts';
import type { AtRest } from './at-rest.js';

export interface SealedBucketOptions {
  readonly kv: KvOptions;
  /** The kind of the values. Values sealed for one purpose do not open for another. */
  readonly purpose: string;
  /** Without it, values are stored in the clear. */
  readonly atRest: AtRest | undefined;
}

export interface SealedWatcher {
  /** Called in the order of the writes, with opened values. `value` is undefined if the key was deleted. */
  onEntry(entry: { key: string; value: Uint8Array | undefined; revision: number }): void;
  /** Every earlier entry of the tenant is lost with its keys. Entries stored since are delivered again after this. */
  onForgotten(tenant: string): void;
  /** Called for an entry that cannot be read and is skipped. */
  onUnreadable(key: string, error: unknown): void;
}

/** A value with its key, opened. */
export interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** How often an entry is retried while the keys are unavailable. Later entries wait. */
const RETRY_MS = 1_000;
/** Longer than any read-modify-write cycle takes. */
const READ_TO_WRITE_MS = 300_000;

/**
 * A bucket whose keys begin with the name of a tenant (`acme`, `acme.…`) and whose values are sealed with the keys of
 * that tenant. Values stored in the clear are read too. When the keys are destroyed, earlier values no longer exist
 * for readers and are overwritten in the broker's files.
 */
export class SealedBucket {
  private constructor(
    private readonly bucket: KvBucket,
    private readonly options: SealedBucketOptions,
  ) {}

  static async open(bus: Bus, name: string, options: SealedBucketOptions): Promise<SealedBucket> {
    return new SealedBucket(await bus.kv(name, options.kv), options);
  }

  async get(key: string): Promise<Omit<KvValue, 'storedAtMs'> | undefined> {
    const entry = await this.bucket.get(key);
    if (!entry || this.isLost(key, entry)) return undefined;
    return { value: await this.opened(key, entry.value), revision: entry.revision };
  }

  /** @returns the new revision. */
  async put(key: string, value: Uint8Array): Promise<number> {
    return this.bucket.put(key, await this.sealed(key, value));
  }

  /**
   * Writes only if the key is still at `revision` (0: does not exist, or its value is lost).
   *
   * @throws LlmosError CONFLICT if another writer came in between, or the value was lost with its keys meanwhile.
   */
  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    if (revision > 0) await this.refuseLost(key, revision);
    const sealed = await this.sealed(key, value);
    try {
      return await this.bucket.update(key, sealed, revision);
    } catch (error) {
      if (revision !== 0 || !hasCode(error, 'CONFLICT')) throw error;
      const there = await this.bucket.get(key);
      if (!there || !this.isLost(key, there)) throw error;
      return this.bucket.update(key, sealed, there.revision);
    }
  }

  /** {@link changeEntry} of this bucket. */
  change(key: string, next: Change): Promise<number> {
    return changeEntry(this, key, next);
  }

  delete(key: string): Promise<void> {
    return this.bucket.delete(key);
  }

  erase(key: string): Promise<void> {
    return this.bucket.erase(key);
  }

  /** Removes one value, if it still exists, and overwrites it in the files of the broker. Watchers get no event. */
  wipe(revision: number): Promise<void> {
    return this.bucket.wipe(revision);
  }

  /**
   * Reads every value whose key matches `keys` (`acme.>`), the oldest write first, without those that are lost.
   *
   * @param onUnreadable receives the key of a value that does not open and is left out.
   * @throws LlmosError UNAVAILABLE
   */
  async *stored(keys: string, onUnreadable: (key: string, error: unknown) => void): AsyncGenerator<StoredValue> {
    for await (const entry of this.bucket.stored(keys)) {
      const { key, value, revision } = entry;
      if (this.isLost(key, entry)) continue;
      try {
        yield { key, value: await this.opened(key, value), revision };
      } catch (error) {
        if (isLlmosError(error) && error.retryable) throw error;
        if (!hasCode(error, 'NOT_FOUND')) onUnreadable(key, error);
      }
    }
  }

  /** Every stored value whose key matches `keys`, also those that are lost, without reading one. */
  revisions(keys: string): AsyncGenerator<KvRevision> {
    return this.bucket.revisions(keys);
  }

  /**
   * Removes what tenants lose with their keys from the files of the broker, now and later. For a bucket that is read
   * without {@link watch}, which does the same.
   */
  wipeShredded(onError: (tenant: string, error: unknown) => void): void {
    this.options.atRest?.onShred((tenant) => {
      const wipeAll = async (): Promise<void> => {
        const lost: number[] = [];
        for await (const entry of this.bucket.stored(`${tenant}.>`))
          if (this.isLost(entry.key, entry)) lost.push(entry.revision);
        await this.wipeEach(lost, () => false);
      };
      void wipeAll().catch((error: unknown) => onError(tenant, error));
    });
  }

  /** Resolves when every stored entry has been delivered; changes follow until stopped, past outages of the broker. */
  async watch(watcher: SealedWatcher): Promise<{ stop(): void }> {
    let stopped = false;
    // Opening is asynchronous: one entry at a time keeps the order of the writes.
    let turn = Promise.resolve();
    const inTurn = (key: string, work: () => void | Promise<void>): void => {
      turn = turn
        .then(() => (stopped ? undefined : work()))
        .catch((error: unknown) => watcher.onUnreadable(key, error));
    };
    const deliver = async (key: string, value: Uint8Array, revision: number): Promise<void> => {
      const opened = await this.openedPatiently(key, value, () => stopped);
      if (opened) watcher.onEntry({ key, value: opened, revision });
    };
    this.options.atRest?.onShred((tenant) =>
      inTurn(tenant, async () => {
        watcher.onForgotten(tenant);
        const lost: number[] = [];
        for (const keys of [tenant, `${tenant}.>`]) {
          for await (const entry of this.bucket.stored(keys)) {
            if (this.isLost(entry.key, entry)) lost.push(entry.revision);
            else await deliver(entry.key, entry.value, entry.revision);
          }
        }
        // Not awaited: each takes the broker some milliseconds.
        void this.wipeEach(lost, () => stopped).catch((error: unknown) => {
          if (!stopped) watcher.onUnreadable(tenant, error);
        });
      }),
    );
    const watching = await this.bucket.watch({
      onEntry: (entry) => {
        const { key, value, revision } = entry;
        inTurn(key, () => {
          if (value === undefined) return watcher.onEntry({ key, value, revision });
          return this.isLost(key, { ...entry, value }) ? undefined : deliver(key, value, revision);
        });
      },
    });
    await turn;
    return {
      stop: () => {
        stopped = true;
        watching.stop();
      },
    };
  }

  /** A writer that read before a shredding and writes after it would restore lost data. */
  private async refuseLost(key: string, revision: number): Promise<void> {
    if (!this.options.atRest?.shreddedSince(tenantOf(key), Date.now() - READ_TO_WRITE_MS)) return;
    const there = await this.bucket.get(key);
    if (there?.revision === revision && this.isLost(key, there))
      throw new LlmosError('CONFLICT', `The value of '${key}' was destroyed with the keys of its tenant.`);
  }

  private async wipeEach(revisions: readonly number[], gaveUp: () => boolean): Promise<void> {
    for (const revision of revisions) {
      if (gaveUp()) return;
      await this.bucket.wipe(revision);
    }
  }

  private isLost(key: string, { value, storedAtMs }: KvValue): boolean {
    return this.options.atRest?.isLost(tenantOf(key), value, storedAtMs) ?? false;
  }

  private async sealed(key: string, value: Uint8Array): Promise<Uint8Array> {
    const { atRest, purpose } = this.options;
    return atRest ? atRest.seal(tenantOf(key), purpose, key, value) : value;
  }

  private async opened(key: string, value: Uint8Array): Promise<Uint8Array> {
    const { atRest, purpose } = this.options;
    return atRest ? atRest.open(tenantOf(key), purpose, key, value) : value;
  }

  /** Retries an entry while the keys are unavailable: a skipped entry would never be delivered. */
  private async openedPatiently(
    key: string,
    value: Uint8Array,
    gaveUp: () => boolean,
  ): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        return await this.opened(key, value);
      } catch (error) {
        if (gaveUp() || hasCode(error, 'NOT_FOUND')) return undefined;
        if (!isLlmosError(error) || !error.retryable) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }
}

function tenantOf(key: string): string {
  return key.split('.', 1)[0]!;
}
