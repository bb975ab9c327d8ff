import type { Bus, KvBucket } from '@llmos/bus';
import { restrictionSchema } from '@llmos/contracts/capabilities/security';
import { z } from 'zod';
import type { RestrictionStore, StoredRestriction } from '../ports/restriction-store.port.js';

/** The JetStream KV bucket that every gateway watches. */
export const RESTRICTIONS_BUCKET = 'restrictions';

const entrySchema = restrictionSchema.extend({ strikes: z.number().int().positive() });
const ID = /^[a-z]+\.[\w-]+$/;

/** Restrictions in a JetStream KV bucket in file storage, under their ids; what is there is followed in memory. */
export class KvRestrictionStore implements RestrictionStore {
  private readonly known = new Map<string, StoredRestriction>();

  private constructor(
    private readonly bucket: KvBucket,
    /** Told of an entry that is not a restriction; it is passed over. */
    private readonly onUnreadable: (key: string, error: unknown) => void,
  ) {}

  /** Opens the bucket (it is made where there is none) and resolves when everything in it is known. */
  static async open(bus: Bus, onUnreadable: (key: string, error: unknown) => void): Promise<KvRestrictionStore> {
    const bucket = await bus.kv(RESTRICTIONS_BUCKET, { history: 1, storage: 'file' });
    const store = new KvRestrictionStore(bucket, onUnreadable);
    await new Promise<void>((resolve, reject) => {
      bucket.watch({ onEntry: (entry) => store.follow(entry), onReady: resolve }).catch(reject);
    });
    return store;
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
    this.known.delete(id);
  }

  list(): Promise<readonly StoredRestriction[]> {
    return Promise.resolve([...this.known.values()]);
  }

  private follow(entry: { key: string; value: Uint8Array | undefined; revision: number }): void {
    this.known.delete(entry.key);
    if (!entry.value) return;
    try {
      this.known.set(entry.key, decode(entry.value, entry.revision));
    } catch (error) {
      this.onUnreadable(entry.key, error);
    }
  }
}

function decode(value: Uint8Array, revision: number): StoredRestriction {
  const { strikes, ...restriction } = entrySchema.parse(JSON.parse(new TextDecoder().decode(value)));
  return { restriction, strikes, revision };
}
