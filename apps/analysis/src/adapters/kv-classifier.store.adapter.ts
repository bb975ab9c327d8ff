import type { Bus } from '@llmos/bus';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import { SealedBucket, type AtRest } from '@llmos/vault';
import type { ClassifierRef, ClassifierStore, ClassifierWatcher } from '../ports/classifier-store.port.js';

/** The JetStream KV bucket of the classifiers. */
export const CLASSIFIERS_BUCKET = 'classifiers';

/** Room for the headers of a message beside the classifier. */
const HEADROOM_BYTES = 8_192;
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;

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
    const bucket = await SealedBucket.open(bus, CLASSIFIERS_BUCKET, { kv, purpose: CLASSIFIERS_BUCKET, atRest });
    const maxBytes = (bus.nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES) - HEADROOM_BYTES;
    return new KvClassifierStore(bucket, maxBytes, onUnreadable);
  }

  async put(ref: ClassifierRef, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.maxBytes) {
      const message = `The classifier takes ${bytes.length} bytes, and ${this.maxBytes} is the limit. Train it with fewer labels.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'examples' });
    }
    await reached(this.bucket.put(keyOf(ref), bytes));
  }

  async delete(ref: ClassifierRef): Promise<void> {
    await reached(this.bucket.delete(keyOf(ref)));
  }

  watch(watcher: ClassifierWatcher): Promise<{ stop(): void }> {
    const held = new Map<string, ClassifierRef>();
    return reached(
      this.bucket.watch({
        onReady: () => watcher.onReady(),
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
      }),
    );
  }
}

function keyOf({ tenant, name }: ClassifierRef): string {
  return `${tenant}.${name}`;
}

/** What the client throws while the broker is away passes later: the caller may try again. */
async function reached<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    if (isLlmosError(cause)) throw cause;
    throw new LlmosError('UNAVAILABLE', 'The store of the classifiers cannot be reached. Try again.', { cause });
  }
}
