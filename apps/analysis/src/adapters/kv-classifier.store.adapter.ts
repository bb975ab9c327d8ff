import type { Bus } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import { SealedBucket, type AtRest } from '@llmos/vault';
import type { ClassifierRef, ClassifierStore, ClassifierWatcher } from '../ports/classifier-store.port.js';

/** Classifiers in a JetStream KV bucket in file storage, under `<tenant>.<name>`. */
export class KvClassifierStore implements ClassifierStore {
  constructor(
    private readonly bucket: SealedBucket,
    private readonly maxBytes: number,
    /** Told of an entry that cannot be read; it is passed over. */
    private readonly onUnreadable: (key: string, error: unknown) => void,
  ) {}

  /**
   * Opens the bucket, and makes it where there is none.
   *
   * @param atRest seals classifiers with their tenant's key; without it they are stored as they are.
   */
  static async open(
    bus: Bus,
    onUnreadable: (key: string, error: unknown) => void,
    atRest?: AtRest,
  ): Promise<KvClassifierStore> {
    const kv = { history: 1, storage: 'file' } as const;
    const name = BUCKETS.classifiers;
    const bucket = await SealedBucket.open(bus, name, { kv, purpose: name, atRest });
    return new KvClassifierStore(bucket, bus.maxMessageBytes, onUnreadable);
  }

  async put(ref: ClassifierRef, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.maxBytes) {
      const message = `The classifier takes ${bytes.length} bytes, and ${this.maxBytes} is the limit. Train it with fewer labels.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'examples' });
    }
    await this.bucket.put(keyOf(ref), bytes);
  }

  async delete(ref: ClassifierRef): Promise<void> {
    await this.bucket.delete(keyOf(ref));
  }

  watch(watcher: ClassifierWatcher): Promise<{ stop(): void }> {
    const held = new Map<string, ClassifierRef>();
    return this.bucket.watch({
      onUnreadable: this.onUnreadable,
      onEntry: ({ key, value }) => {
        const [tenant, name, ...rest] = key.split('.');
        if (!tenant || !name || rest.length > 0) return;
        if (value) held.set(key, { tenant, name });
        else held.delete(key);
        watcher.onEntry({ tenant, name }, value);
      },
      onForgotten: (tenant) => {
        for (const [key, ref] of held) {
          if (ref.tenant === tenant && held.delete(key)) watcher.onEntry(ref, undefined);
        }
      },
    });
  }
}

function keyOf({ tenant, name }: ClassifierRef): string {
  return `${tenant}.${name}`;
}
