import { createHash } from 'node:crypto';
import { isToken, LlmosError } from '@llmos/contracts';
import { StorageType } from '@nats-io/jetstream';
import { Objm, type ObjectStore } from '@nats-io/obj';
import { nanos } from '@nats-io/transport-node';
import type { Connection } from './connection.js';

export interface ObjectOptions {
  /** How long an object is kept. Without it, objects are kept until they are deleted. */
  readonly ttlMs?: number;
}

export interface StoredObject {
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;
/** The broker acknowledges each chunk. A busy broker can take seconds. */
const CHUNK_TIMEOUT_MS = 10_000;

/**
 * One JetStream object store on disk, for data that is too large for a message and is kept longer than a day: trained
 * models, checkpoints. Bytes are written and read as streams. Every method rejects with UNAVAILABLE while the broker is
 * unavailable.
 */
export class ObjectBucket {
  private store: Promise<ObjectStore> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly bucket: string,
    private readonly replicas: number,
    private readonly options: ObjectOptions,
  ) {
    if (!isToken(bucket)) throw new LlmosError('INVALID_ARGUMENT', `'${bucket}' cannot name an object bucket.`);
  }

  /** Stores the bytes under `name`. An existing object is replaced once all bytes are stored. */
  async put(name: string, source: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredObject> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const chunks = source instanceof Uint8Array ? single(source) : source;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    }
    const meta = { name: checked(name) };
    const put = async () =>
      (await this.open()).put(meta, ReadableStream.from(counted()), { timeout: CHUNK_TIMEOUT_MS });
    await this.connection.call(put);
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  /** A stream of the bytes, undefined if there is no such object. The stream fails if the stored bytes are damaged. */
  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const object = await this.connection.call(async () => (await this.open()).get(checked(name)));
    if (!object) return undefined;
    // The stream reports the same failure to its reader.
    object.error.catch(() => undefined);
    return object.data;
  }

  /** {@link put} for bytes in memory, without computing a hash. */
  async putBytes(name: string, bytes: Uint8Array): Promise<void> {
    await this.connection.call(async () => (await this.open()).putBlob({ name: checked(name) }, bytes));
  }

  /** The whole object, undefined if there is none. */
  async getBytes(name: string): Promise<Uint8Array | undefined> {
    return (await this.connection.call(async () => (await this.open()).getBlob(checked(name)))) ?? undefined;
  }

  /** Does nothing if there is no such object. */
  async delete(name: string): Promise<void> {
    await this.connection.call(async () => {
      const store = await this.open();
      if (await store.info(checked(name))) await store.delete(name);
    });
  }

  /** Deletes every object whose name has this prefix. */
  async deleteAll(prefix: string): Promise<void> {
    for (const name of await this.names()) if (name.startsWith(prefix)) await this.delete(name);
  }

  async names(): Promise<string[]> {
    const list = await this.connection.call(async () => (await this.open()).list());
    return list.filter(({ deleted }) => !deleted).map(({ name }) => name);
  }

  private open(): Promise<ObjectStore> {
    const { ttlMs } = this.options;
    const create = () =>
      new Objm(this.connection.nc).create(this.bucket, {
        storage: StorageType.File,
        replicas: this.replicas,
        ...(ttlMs === undefined ? {} : { ttl: nanos(ttlMs) }),
      });
    this.store ??= this.connection.whileConnected(create).catch((error: unknown) => {
      this.store = undefined;
      throw error;
    });
    return this.store;
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function checked(name: string): string {
  if (NAME.test(name)) return name;
  throw new LlmosError('INVALID_ARGUMENT', `'${name.slice(0, 64)}' cannot name an object.`);
}
