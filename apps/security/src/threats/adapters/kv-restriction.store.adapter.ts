import { WatchedBucket, type Bus, type KvBucket } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import { restrictionSchema } from '@llmos/contracts/capabilities/security';
import { z } from 'zod';
import type { RestrictionStore, StoredRestriction } from '../ports/restriction-store.port.js';

const entrySchema = restrictionSchema.extend({ strikes: z.number().int().positive() });
const ID = /^[a-z]+\.[\w-]+$/;

/** Restrictions by id in a JetStream KV bucket in file storage, kept in memory. Every gateway watches the bucket. */
export class KvRestrictionStore implements RestrictionStore {
  private constructor(
    private readonly bucket: KvBucket,
    private readonly stored: WatchedBucket<StoredRestriction>,
  ) {}

  /**
   * Opens the bucket and resolves when every stored restriction is known.
   *
   * @param onUnreadable receives each entry that is not a restriction. It counts as absent.
   */
  static async open(bus: Bus, onUnreadable: (key: string, error: unknown) => void): Promise<KvRestrictionStore> {
    const bucket = await bus.kv(BUCKETS.restrictions, { history: 1, storage: 'file' });
    const decodeEntry = (value: Uint8Array, { revision }: { revision: number }) => decode(value, revision);
    return new KvRestrictionStore(bucket, await WatchedBucket.open(bucket, { decode: decodeEntry, onUnreadable }));
  }

  async get(id: string): Promise<StoredRestriction | undefined> {
    if (!ID.test(id)) return undefined;
    const entry = await this.bucket.get(id);
    return entry && decode(entry.value, entry.revision);
  }

  async put({ restriction, strikes, revision }: StoredRestriction): Promise<void> {
    const value = new TextEncoder().encode(JSON.stringify({ ...restriction, strikes }));
    await this.bucket.update(restriction.id, value, revision);
  }

  async delete(id: string): Promise<void> {
    await this.bucket.delete(id);
    this.stored.set(id, undefined);
  }

  list(): Promise<readonly StoredRestriction[]> {
    return Promise.resolve([...this.stored.values()]);
  }
}

function decode(value: Uint8Array, revision: number): StoredRestriction {
  const { strikes, ...restriction } = entrySchema.parse(JSON.parse(new TextDecoder().decode(value)));
  return { restriction, strikes, revision };
}
