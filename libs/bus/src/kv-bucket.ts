import { LlmosError } from '@llmos/contracts';
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { delay } from './publisher.js';

export interface KvOptions {
  /** Revisions kept of each key. */
  readonly history?: number;
  readonly storage?: 'file' | 'memory';
  /** Entries are forgotten this long after their last write. */
  readonly ttlMs?: number;
}

export interface KvValue {
  readonly value: Uint8Array;
  readonly revision: number;
}

export interface KvWatcher {
  /** `value` is undefined when the key was deleted. */
  onEntry(entry: { key: string; value: Uint8Array | undefined; revision: number }): void;
  /** Called once, when every entry there was at the start has been seen. */
  onReady?(): void;
}

const WRONG_REVISION = 10071;

/** One JetStream key-value bucket. Keys: letters, digits and `-/_=.`; a write has been stored when it returns. */
export class KvBucket {
  private constructor(
    private readonly nc: NatsConnection,
    private readonly kv: KV,
  ) {}

  static async open(nc: NatsConnection, bucket: string, replicas: number, options: KvOptions = {}): Promise<KvBucket> {
    const kv = await new Kvm(nc).create(bucket, {
      history: options.history ?? 1,
      storage: options.storage === 'memory' ? StorageType.Memory : StorageType.File,
      replicas,
      ...(options.ttlMs ? { ttl: options.ttlMs } : {}),
    });
    return new KvBucket(nc, kv);
  }

  async get(key: string): Promise<KvValue | undefined> {
    const entry = await this.kv.get(key);
    return entry && entry.operation === 'PUT' ? { value: entry.value, revision: entry.revision } : undefined;
  }

  /** @returns the new revision. */
  put(key: string, value: Uint8Array): Promise<number> {
    return this.kv.put(key, value);
  }

  /**
   * Writes only when the key is still at `revision` (0: does not exist).
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between.
   */
  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    try {
      return revision === 0 ? await this.kv.create(key, value) : await this.kv.update(key, value, revision);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === WRONG_REVISION) {
        throw new LlmosError('CONFLICT', `'${key}' was changed by somebody else.`, { cause: error });
      }
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.kv.delete(key);
  }

  /** Replays every entry, then follows the changes, and goes on by itself after the broker was away. */
  async watch(watcher: KvWatcher): Promise<{ stop(): void }> {
    let stopped = false;
    let ready = false;
    const markReady = () => {
      if (!ready) watcher.onReady?.();
      ready = true;
    };
    const empty = (await this.kv.status()).values === 0;
    let current = await this.kv.watch();
    if (empty) markReady();
    const follow = async () => {
      for (let lastRevision = 0; !stopped;) {
        try {
          for await (const entry of current) {
            lastRevision = deliver(entry, watcher, lastRevision);
            if (entry.delta === 0) markReady();
          }
        } catch {
          // The iterator ends or throws when its consumer has gone; it is made again below.
        }
        if (stopped || this.nc.isClosed()) return;
        await delay(200);
        const renewed = await this.kv.watch({ resumeFromRevision: lastRevision + 1 }).catch(() => undefined);
        if (renewed) current = renewed;
      }
    };
    void follow();
    return {
      stop: () => {
        stopped = true;
        current.stop();
      },
    };
  }
}

function deliver(entry: KvEntry, watcher: KvWatcher, lastRevision: number): number {
  if (entry.revision <= lastRevision) return lastRevision;
  watcher.onEntry({
    key: entry.key,
    value: entry.operation === 'PUT' ? entry.value : undefined,
    revision: entry.revision,
  });
  return entry.revision;
}
