import { LlmosError } from '@llmos/contracts';
import { retryConflicts, steadyNow } from '@llmos/resilience';
import { DiscardPolicy, jetstream, jetstreamManager, PersistMode, StorageType } from '@nats-io/jetstream';
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import { isNameTaken, isWrongRevision } from './broker-errors.js';
import type { Connection } from './connection.js';
import { eraseMessage } from './erase-message.js';
import { followBucket, type Watching } from './kv-watch.js';
import type { Publisher } from './publisher.js';
import { storedHeaders, storedMessages } from './stored-messages.js';

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
  /**
   * The broker acknowledges a write before it is on the disk, whatever its `sync_interval`: for what can be derived from
   * elsewhere. A crash of the broker can lose the writes of its last moments. A replicated bucket has it no other way.
   */
  readonly isRelaxed?: boolean;
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

/** A stored value of which only this is read. */
export type KvRevision = Omit<StoredKvValue, 'value'>;

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
/** How long a first value may take to be written, in milliseconds. */
const CREATE_MS = 30_000;
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
    private readonly publisher: Publisher,
  ) {}

  static async open(
    { connection, publisher }: { readonly connection: Connection; readonly publisher: Publisher },
    bucket: string,
    replicas: number,
    options: KvOptions,
  ): Promise<KvBucket> {
    const kv = await createBucket(connection, bucket, replicas, options);
    return new KvBucket(connection, kv, options.erasable ?? false, `KV_${bucket}`, publisher);
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
   * Writes the first value of a key, without a look at it: not for keys that were deleted.
   *
   * @throws LlmosError CONFLICT if the key has a value; it can be this one if the broker was away.
   */
  create(key: string, value: Uint8Array): Promise<void> {
    return this.publisher.create(this.subjectOf(key), value, steadyNow() + CREATE_MS);
  }

  /** Writes without waiting for the broker: the write can be lost. Writes of one process keep their order. */
  send(key: string, value: Uint8Array): void {
    if (this.connection.usable) this.connection.nc.publish(this.subjectOf(key), value);
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
  stored(keys: string): AsyncGenerator<StoredKvValue> {
    return this.read(storedMessages, keys);
  }

  /** {@link stored} without the values, which stay at the broker. */
  revisions(keys: string): AsyncGenerator<KvRevision> {
    return this.read(storedHeaders, keys);
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

  private async *read(messages: typeof storedMessages, keys: string): AsyncGenerator<StoredKvValue> {
    const prefix = this.prefix;
    // Not the history of the client: if the last entry is removed meanwhile, that waits for a heartbeat.
    for await (const message of messages(jetstream(this.connection.nc), this.stream, prefix + keys)) {
      const { subject, data, seq, time, headers } = message;
      if (headers?.get('KV-Operation') || headers?.get('Nats-Marker-Reason')) continue;
      yield { key: subject.slice(prefix.length), value: data, revision: seq, storedAtMs: time.getTime() };
    }
  }

  private get prefix(): string {
    return `$KV.${this.stream.slice('KV_'.length)}.`;
  }

  private subjectOf(key: string): string {
    return this.prefix + checked(key);
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
  return connection.call(async () => {
    if (options.isRelaxed && replicas === 1) await addRelaxed(connection, bucket, options);
    return new Kvm(connection.nc).create(bucket, {
      // An erasable bucket keeps the replaced value for the moment until it is overwritten.
      history: options.erasable ? Math.max(2, options.history ?? 1) : (options.history ?? 1),
      ...(options.erasable ? { markerTTL: MARKER_MS } : {}),
      storage: options.storage === 'memory' ? StorageType.Memory : StorageType.File,
      replicas,
      ...(options.ttlMs ? { ttl: options.ttlMs } : {}),
    });
  });
}

/** The stream of a bucket as the client creates it, and relaxed, which the client cannot ask for. */
async function addRelaxed({ nc }: Connection, bucket: string, { ttlMs, history = 1 }: KvOptions): Promise<void> {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  try {
    await manager.streams.add({
      name: `KV_${bucket}`,
      subjects: [`$KV.${bucket}.>`],
      storage: StorageType.File,
      persist_mode: PersistMode.Async,
      max_msgs_per_subject: history,
      discard: DiscardPolicy.New,
      deny_delete: true,
      allow_rollup_hdrs: true,
      allow_direct: true,
      ...(ttlMs ? { max_age: nanos(ttlMs) } : {}),
    });
  } catch (error) {
    // It exists, with other settings.
    if (!isNameTaken(error)) throw error;
  }
}

function checked(key: string): string {
  if (KEY.test(key)) return key;
  throw new LlmosError('INVALID_ARGUMENT', `'${key.slice(0, 64)}' cannot be the key of an entry.`);
}

function storedValue({ key, value, revision, created }: KvEntry): StoredKvValue {
  return { key, value, revision, storedAtMs: created.getTime() };
}
