import { LlmosError } from '@llmos/contracts';
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { eraseMessage } from './erase-message.js';
import { delay } from './publisher.js';
import { storedMessages } from './stored-messages.js';
import { viaBroker } from './via-broker.js';

export interface KvOptions {
  /** Revisions kept of each key. */
  readonly history?: number;
  readonly storage?: 'file' | 'memory';
  /** Entries are forgotten this long after their last write. */
  readonly ttlMs?: number;
  /**
   * For what people may ask to have forgotten: a replaced or erased value is overwritten in the broker's files, and not
   * only passed over by readers. Costs one more request for each update.
   */
  readonly erasable?: boolean;
}

export interface KvValue {
  readonly value: Uint8Array;
  readonly revision: number;
  /** By the broker's clock, in Unix milliseconds. */
  readonly storedAtMs: number;
}

/** A value as it lies in the bucket. */
export interface StoredKvValue extends KvValue {
  readonly key: string;
}

/** A change of a key, or what it is at the start; `value` is undefined when it was deleted. */
export type KvChange = Omit<StoredKvValue, 'value'> & { readonly value: Uint8Array | undefined };

export interface KvWatcher {
  onEntry(entry: KvChange): void;
  /** Called once, when every entry there was at the start has been seen. */
  onReady?(): void;
}

/** What becomes of the connection that a bucket is reached by. */
export interface KvConnection {
  /** Told what to do when the broker is back. */
  onReconnect(listener: () => void): void;
  /** Told what to end before the connection is closed. */
  onClose(listener: () => Promise<void>): void;
}

const WRONG_REVISION = 10071;
/** How long the empty marker of an erased key stays, for watchers that are away. After it not even the key is known. */
const MARKER_TTL = '168h';
const MARKER_MS = 168 * 3_600_000;

/** One JetStream key-value bucket. Keys: letters, digits and `-/_=.`; a write has been stored when it returns. */
export class KvBucket {
  private constructor(
    private readonly nc: NatsConnection,
    private readonly kv: KV,
    private readonly connection: KvConnection,
    private readonly erasable: boolean,
    private readonly stream: string,
  ) {}

  static async open(
    nc: NatsConnection,
    bucket: string,
    replicas: number,
    options: KvOptions,
    connection: KvConnection,
  ): Promise<KvBucket> {
    const kv = await createBucket(nc, bucket, replicas, options);
    return new KvBucket(nc, kv, connection, options.erasable ?? false, `KV_${bucket}`);
  }

  async get(key: string): Promise<KvValue | undefined> {
    const entry = await viaBroker(() => this.kv.get(key));
    return entry && entry.operation === 'PUT' ? storedValue(entry) : undefined;
  }

  /** @returns the new revision. */
  put(key: string, value: Uint8Array): Promise<number> {
    return viaBroker(() => this.kv.put(key, value));
  }

  /**
   * Writes only when the key is still at `revision` (0: does not exist).
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between.
   */
  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    try {
      if (revision === 0) return await this.kv.create(key, value);
      const written = await this.kv.update(key, value, revision);
      if (this.erasable) await this.overwrite(revision).catch(() => undefined);
      return written;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === WRONG_REVISION) {
        throw new LlmosError('CONFLICT', `'${key}' was changed by somebody else.`, { cause: error });
      }
      return viaBroker(() => Promise.reject(error as Error));
    }
  }

  async delete(key: string): Promise<void> {
    await viaBroker(() => this.kv.delete(key));
  }

  /**
   * Deletes for good, in a bucket that is `erasable`: every value the key has is overwritten in the broker's files; an
   * empty marker tells watchers and goes after a week. A value written by somebody else meanwhile goes too.
   */
  async erase(key: string): Promise<void> {
    if (!this.erasable) throw new LlmosError('INTERNAL', `The bucket of '${key}' was not opened as erasable.`);
    await viaBroker(async () => {
      for await (const { revision, operation, delta } of await this.kv.history({ key })) {
        if (operation === 'PUT') await this.overwrite(revision);
        if (delta === 0) break;
      }
      await this.kv.purge(key, { ttl: MARKER_TTL });
    });
  }

  /** Every value that lies in the bucket under keys like this (`acme.*`), replaced ones that are kept among them. */
  async *stored(keys: string): AsyncGenerator<StoredKvValue> {
    const prefix = `$KV.${this.stream.slice('KV_'.length)}.`;
    // Not the client's own history: when the last of what there was goes meanwhile, that waits for a heartbeat.
    for await (const message of storedMessages(jetstream(this.nc), this.stream, prefix + keys)) {
      const { subject, data, seq, time, headers } = message;
      if (headers?.get('KV-Operation') || headers?.get('Nats-Marker-Reason')) continue;
      yield { key: subject.slice(prefix.length), value: data, revision: seq, storedAtMs: time.getTime() };
    }
  }

  /** Removes this one value, if it is still there, and overwrites it in the broker's files; watchers are not told. */
  async wipe(revision: number): Promise<void> {
    await viaBroker(() => this.overwrite(revision));
  }

  /** Removes one message from the stream and fills its place in the file with random bytes. */
  private async overwrite(revision: number): Promise<void> {
    const manager = await jetstreamManager(this.nc, { checkAPI: false });
    await eraseMessage(manager, this.stream, revision);
  }

  /** Replays every entry, then follows the changes; after the broker was away it begins again with a replay. */
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
      while (!stopped) {
        try {
          for await (const entry of current) {
            deliver(entry, watcher);
            if (entry.delta === 0) markReady();
          }
        } catch {
          // The iterator ends or throws when its consumer has gone; it is made again below.
        }
        if (stopped || this.nc.isClosed()) return;
        await delay(200);
        if (stopped) return;
        // From the start again: a broker that lost its memory counts its revisions anew.
        const renewed = await this.kv.watch().catch(() => undefined);
        if (!renewed) continue;
        current = renewed;
        if (stopped) current.stop();
      }
    };
    this.connection.onReconnect(() => current.stop());
    const following = follow();
    const stop = () => {
      stopped = true;
      current.stop();
    };
    // A watch that is begun on a connection as it closes leaves the client's timer running for ever.
    this.connection.onClose(() => {
      stop();
      return following;
    });
    return { stop };
  }
}

/** Makes a bucket, or finds the one there is. */
export function createBucket(nc: NatsConnection, bucket: string, replicas: number, options: KvOptions): Promise<KV> {
  return viaBroker(() =>
    new Kvm(nc).create(bucket, {
      // An erasable bucket keeps the replaced value for the moment until it is overwritten.
      history: options.erasable ? Math.max(2, options.history ?? 1) : (options.history ?? 1),
      ...(options.erasable ? { markerTTL: MARKER_MS } : {}),
      storage: options.storage === 'memory' ? StorageType.Memory : StorageType.File,
      replicas,
      ...(options.ttlMs ? { ttl: options.ttlMs } : {}),
    }),
  );
}

function deliver(entry: KvEntry, watcher: KvWatcher): void {
  const stored = storedValue(entry);
  watcher.onEntry(entry.operation === 'PUT' ? stored : { ...stored, value: undefined });
}

function storedValue({ key, value, revision, created }: KvEntry): StoredKvValue {
  return { key, value, revision, storedAtMs: created.getTime() };
}
