import { changeEntry, type Bus, type Change, type KvBucket, type KvOptions, type KvValue } from '@llmos/bus';
import { hasCode, isLlmosError, LlmosError } from '@llmos/contracts';
import type { AtRest } from './at-rest.js';

export interface SealedBucketOptions {
  readonly kv: KvOptions;
  /** What the values are; those of one purpose do not open for another. */
  readonly purpose: string;
  /** Without it values are stored as they are. */
  readonly atRest: AtRest | undefined;
}

export interface SealedWatcher {
  /** In the order of the writes, each value opened. `value` is undefined when the key was deleted. */
  onEntry(entry: { key: string; value: Uint8Array | undefined; revision: number }): void;
  /** All that was told of the tenant went with its keys; what was stored since is told again after this. */
  onForgotten(tenant: string): void;
  /** Told of an entry that cannot be read; it is passed over. */
  onUnreadable(key: string, error: unknown): void;
}

/** While the keys cannot be used, an entry is tried again this often, and those after it wait. */
const RETRY_MS = 1_000;
/** Longer than anybody takes from reading an entry to writing it again. */
const READ_TO_WRITE_MS = 300_000;

/**
 * A bucket with a tenant's name at the start of each key (`acme`, `acme.…`) whose values are sealed with that tenant's
 * keys. Values that were stored without a seal are read too. When the keys are destroyed, what was stored before is
 * as if it had never been, and is overwritten in the broker's files.
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
   * Writes only when the key is still at `revision` (0: does not exist, or what is there is lost).
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between, or what is there went with its keys meanwhile.
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

  /** Resolves when every stored entry has been delivered; changes follow until stopped, past outages of the broker. */
  async watch(watcher: SealedWatcher): Promise<{ stop(): void }> {
    let stopped = false;
    // Opening takes a moment: one after another, so that entries arrive in the order in which they were written.
    let turn = Promise.resolve();
    const inTurn = (key: string, work: () => void | Promise<void>): void => {
      turn = turn
        .then(() => (stopped ? undefined : work()))
        .catch((error: unknown) => watcher.onUnreadable(key, error));
    };
    const tell = async (key: string, value: Uint8Array, revision: number): Promise<void> => {
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
            else await tell(entry.key, entry.value, entry.revision);
          }
        }
        // Each takes the broker some milliseconds; nobody is to wait for it.
        void this.wipe(lost, () => stopped).catch((error: unknown) => {
          if (!stopped) watcher.onUnreadable(tenant, error);
        });
      }),
    );
    const watching = await this.bucket.watch({
      onEntry: (entry) => {
        const { key, value, revision } = entry;
        inTurn(key, () => {
          if (value === undefined) return watcher.onEntry({ key, value, revision });
          return this.isLost(key, { ...entry, value }) ? undefined : tell(key, value, revision);
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

  /** Who read before a shredding and writes after it would bring back what is gone. */
  private async refuseLost(key: string, revision: number): Promise<void> {
    if (!this.options.atRest?.shreddedSince(tenantOf(key), Date.now() - READ_TO_WRITE_MS)) return;
    const there = await this.bucket.get(key);
    if (there?.revision === revision && this.isLost(key, there))
      throw new LlmosError('CONFLICT', `'${key}' went with its tenant's keys.`);
  }

  private async wipe(revisions: readonly number[], gaveUp: () => boolean): Promise<void> {
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

  /** An entry that only the keys are missing for is not passed over: nobody would come back to it. */
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
