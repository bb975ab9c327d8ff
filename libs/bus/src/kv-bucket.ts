import { LlmosError } from '@llmos/contracts';
import { retryConflicts } from '@llmos/resilience';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { isWrongRevision } from './broker-errors.js';
import type { Connection } from './connection.js';
import { eraseMessage } from './erase-message.js';
import { followBucket, type Watching } from './kv-watch.js';
import { storedMessages } from './stored-messages.js';

export interface KvOptions {
  /** Revisions kept of each key. */
  readonly history?: number;
  readonly storage?: 'file' | 'memory';
  /** Entries expire this long after their last write. */
  readonly ttlMs?: number;
  /**
   * For personal data: a replaced or erased value is overwritten in the files of the broker, not only hidden from
   * readers. Costs one more request for each update.
   */
  readonly erasable?: boolean;
}

export interface KvValue {
  readonly value: Uint8Array;
  readonly revision: number;
  /** By the clock of the broker, in Unix milliseconds. */
  readonly storedAtMs: number;
}

/** A stored value with its key. */
export interface StoredKvValue extends KvValue {
  readonly key: string;
}

/** A change of a key, or its state when the watch began; `value` is undefined if the key was deleted. */
export type KvChange = Omit<StoredKvValue, 'value'> & { readonly value: Uint8Array | undefined };

export interface KvWatcher {
  onEntry(entry: KvChange): void;
}

/** The operations that compare-and-set needs: of a {@link KvBucket}, or of a bucket that is built on one. */
export interface Revisioned {
  get(key: string): Promise<Pick<KvValue, 'value' | 'revision'> | undefined>;
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
}

/** The rule of the client, which rejects other keys with an unnamed error. */
const KEY = /^[-/=\w](?:[-/=.\w]*[-/=\w])?$/;
/** How long the empty marker of an erased key is kept for disconnected watchers. Then the key itself is gone too. */
const MARKER_TTL = '168h';
const MARKER_MS = 168 * 3_600_000;

/** One JetStream key-value bucket. Keys: letters, digits and `-/_=.`. A write is stored when it returns. */
export class KvBucket implements Revisioned {
  private constructor(
    private readonly connection: Connection,
    private readonly kv: KV,
    private readonly erasable: boolean,
    private readonly stream: string,
  ) {}

  static async open(connection: Connection, bucket: string, replicas: number, options: KvOptions): Promise<KvBucket> {
    const kv = await createBucket(connection, bucket, replicas, options);
    return new KvBucket(connection, kv, options.erasable ?? false, `KV_${bucket}`);
  }

  async get(key: string): Promise<KvValue | undefined> {
    const entry = await this.connection.call(() => this.kv.get(checked(key)));
    return entry && entry.operation === 'PUT' ? storedValue(entry) : undefined;
  }

  /** @returns the new revision. */
  put(key: string, value: Uint8Array): Promise<number> {
    return this.connection.call(() => this.kv.put(checked(key), value));
  }

  /**
   * Writes only if the key is still at `revision` (0: does not exist).
   *
   * @throws LlmosError CONFLICT if another writer came in between.
   */
  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return this.connection.call(async () => {
      try {
        if (revision === 0) return await this.kv.create(checked(key), value);
        const written = await this.kv.update(checked(key), value, revision);
        if (this.erasable) await this.overwrite(revision).catch(() => undefined);
        return written;
      } catch (error) {
        if (!isWrongRevision(error)) throw error;
        throw new LlmosError('CONFLICT', `'${key}' was changed by another writer.`, { cause: error });
      }
    });
  }

  /** {@link changeEntry} of this bucket. */
  change(key: string, next: Change): Promise<number> {
    return changeEntry(this, key, next);
  }

  async delete(key: string): Promise<void> {
    await this.connection.call(() => this.kv.delete(checked(key)));
  }

  /**
   * Erases a key of an `erasable` bucket: every value of the key is overwritten in the files of the broker. An empty
   * marker is kept for watchers for seven days. A value that another writer stores meanwhile is erased too.
   */
  async erase(key: string): Promise<void> {
    if (!this.erasable) throw new LlmosError('INTERNAL', `The bucket of '${key}' was not opened as erasable.`);
    await this.connection.call(async () => {
      for await (const { revision, operation, delta } of await this.kv.history({ key: checked(key) })) {
        if (operation === 'PUT') await this.overwrite(revision);
        if (delta === 0) break;
      }
      await this.kv.purge(key, { ttl: MARKER_TTL });
    });
  }

  /** Every value whose key matches `keys` (`acme.*`), including the kept history. */
  async *stored(keys: string): AsyncGenerator<StoredKvValue> {
    const prefix = `$KV.${this.stream.slice('KV_'.length)}.`;
    // Not the history of the client: if the last entry is removed meanwhile, that waits for a heartbeat.
    for await (const message of storedMessages(jetstream(this.connection.nc), this.stream, prefix + keys)) {
      const { subject, data, seq, time, headers } = message;
      if (headers?.get('KV-Operation') || headers?.get('Nats-Marker-Reason')) continue;
      yield { key: subject.slice(prefix.length), value: data, revision: seq, storedAtMs: time.getTime() };
    }
  }

  /** Removes one value, if it still exists, and overwrites it in the files of the broker. Watchers get no event. */
  async wipe(revision: number): Promise<void> {
    await this.connection.call(() => this.overwrite(revision));
  }

  /**
   * Delivers every entry, then each change until stopped. Resolves when all entries of the start have been delivered.
   * After an outage of the broker the watch begins again with every entry.
   */
  watch({ onEntry }: KvWatcher): Promise<Watching> {
    return followBucket(this.kv, this.connection, (entry) => {
      const stored = storedValue(entry);
      onEntry(entry.operation === 'PUT' ? stored : { ...stored, value: undefined });
    });
  }

  private async overwrite(revision: number): Promise<void> {
    const manager = await jetstreamManager(this.connection.nc, { checkAPI: false });
    await eraseMessage(manager, this.stream, revision);
  }
}

/** The next value of an entry, from its present value; undefined leaves the entry as it is. */
export type Change = (value: Uint8Array | undefined) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * Reads an entry and writes its next value, again while other writers come in between.
 *
 * @returns the revision of the value that is stored now; 0 if there is none.
 * @throws LlmosError CONFLICT after 12 attempts.
 */
export function changeEntry(bucket: Revisioned, key: string, next: Change): Promise<number> {
  return retryConflicts(async () => {
    const entry = await bucket.get(key);
    const revision = entry?.revision ?? 0;
    const value = await next(entry?.value);
    return value ? bucket.update(key, value, revision) : revision;
  });
}

/** Creates a bucket, or opens the existing one. */
export function createBucket(
  connection: Connection,
  bucket: string,
  replicas: number,
  options: KvOptions,
): Promise<KV> {
  return connection.call(() =>
    new Kvm(connection.nc).create(bucket, {
      // An erasable bucket keeps the replaced value for the moment until it is overwritten.
      history: options.erasable ? Math.max(2, options.history ?? 1) : (options.history ?? 1),
      ...(options.erasable ? { markerTTL: MARKER_MS } : {}),
      storage: options.storage === 'memory' ? StorageType.Memory : StorageType.File,
      replicas,
      ...(options.ttlMs ? { ttl: options.ttlMs } : {}),
    }),
  );
}

function checked(key: string): string {
  if (KEY.test(key)) return key;
  throw new LlmosError('INVALID_ARGUMENT', `'${key.slice(0, 64)}' cannot be the key of an entry.`);
}

function storedValue({ key, value, revision, created }: KvEntry): StoredKvValue {
  return { key, value, revision, storedAtMs: created.getTime() };
}
