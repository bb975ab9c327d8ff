import type { Bus, KvBucket } from '@llmos/bus';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import type { DocumentRef, DocumentStore, StoredDocument, StoreWatcher } from '../ports/document-store.port.js';
import { decodeDocument, encodeDocument } from './document-frame.js';

/** The JetStream KV bucket of the documents. */
export const DOCUMENTS_BUCKET = 'documents';

/** Room for the headers of a message beside the document. */
const HEADROOM_BYTES = 8_192;
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;

export interface KvDocumentStoreOptions {
  readonly bucket: KvBucket;
  /** The largest document, vectors included, that the broker takes. */
  readonly maxDocumentBytes: number;
  /** Told of an entry that is not a document; it is passed over. */
  readonly onUnreadable: (key: string, error: unknown) => void;
}

/** Documents in a JetStream KV bucket in file storage, under `<tenant>.<document>`, each with its vectors. */
export class KvDocumentStore implements DocumentStore {
  constructor(private readonly options: KvDocumentStoreOptions) {}

  /** Opens the bucket, and makes it where there is none. */
  static async open(bus: Bus, onUnreadable: KvDocumentStoreOptions['onUnreadable']): Promise<KvDocumentStore> {
    const bucket = await bus.kv(DOCUMENTS_BUCKET, { history: 1, storage: 'file' });
    const maxDocumentBytes = (bus.nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES) - HEADROOM_BYTES;
    return new KvDocumentStore({ bucket, maxDocumentBytes, onUnreadable });
  }

  async revision(ref: DocumentRef): Promise<number | undefined> {
    return (await reached(this.options.bucket.get(keyOf(ref))))?.revision;
  }

  async put(ref: DocumentRef, document: StoredDocument, expected?: number): Promise<number> {
    const value = encodeDocument(document);
    if (value.length > this.options.maxDocumentBytes) throw tooLarge(value.length, this.options.maxDocumentBytes);
    const { bucket } = this.options;
    return reached(expected === undefined ? bucket.put(keyOf(ref), value) : bucket.update(keyOf(ref), value, expected));
  }

  async delete(ref: DocumentRef): Promise<void> {
    await reached(this.options.bucket.delete(keyOf(ref)));
  }

  async watch(watcher: StoreWatcher): Promise<{ stop(): void }> {
    return reached(
      this.options.bucket.watch({
        onReady: () => watcher.onReady(),
        onEntry: ({ key, value, revision }) => {
          const ref = refOf(key);
          if (!ref) return;
          try {
            watcher.onEntry({ ref, revision, document: value && decodeDocument(value) });
          } catch (error) {
            this.options.onUnreadable(key, error);
          }
        },
      }),
    );
  }
}

function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}.${id}`;
}

function refOf(key: string): DocumentRef | undefined {
  const [tenant, id, ...rest] = key.split('.');
  return tenant && id && rest.length === 0 ? { tenant, id } : undefined;
}

function tooLarge(sizeBytes: number, maxBytes: number): LlmosError {
  const message = `The document takes ${sizeBytes} bytes with its vectors, and ${maxBytes} is the limit. Split it into several.`;
  return new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'document.text' });
}

/** What the client throws while the broker is away passes later: the caller may try again. */
async function reached<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    if (isLlmosError(cause)) throw cause;
    throw new LlmosError('UNAVAILABLE', 'The store of the documents cannot be reached. Try again.', { cause });
  }
}
