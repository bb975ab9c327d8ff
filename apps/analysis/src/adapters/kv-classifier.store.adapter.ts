import type { Bus, KvBucket } from '@llmos/bus';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import type { ClassifierRef, ClassifierStore, ClassifierWatcher } from '../ports/classifier-store.port.js';

/** The JetStream KV bucket of the classifiers. */
export const CLASSIFIERS_BUCKET = 'classifiers';

/** Room for the headers of a message beside the classifier. */
const HEADROOM_BYTES = 8_192;
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;

/** Classifiers in a JetStream KV bucket in file storage, under `<tenant>.<name>`. */
export class KvClassifierStore implements ClassifierStore {
  constructor(
    private readonly bucket: KvBucket,
    private readonly maxBytes: number,
  ) {}

  /** Opens the bucket, and makes it where there is none. */
  static async open(bus: Bus): Promise<KvClassifierStore> {
    const bucket = await bus.kv(CLASSIFIERS_BUCKET, { history: 1, storage: 'file' });
    return new KvClassifierStore(bucket, (bus.nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES) - HEADROOM_BYTES);
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
    return reached(
      this.bucket.watch({
        onReady: () => watcher.onReady(),
        onEntry: ({ key, value }) => {
          const [tenant, name, ...rest] = key.split('.');
          if (tenant && name && rest.length === 0) watcher.onEntry({ tenant, name }, value);
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
