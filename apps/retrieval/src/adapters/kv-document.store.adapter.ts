import type { Bus, KvBucket } from '@llmos/bus';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import type { AtRest } from '@llmos/vault';
import type {
  DocumentRef,
  DocumentStore,
  StoredDocument,
  StoreEntry,
  StoreWatcher,
} from '../ports/document-store.port.js';
import { decodeDocument, encodeDocument } from './document-frame.js';

/** The JetStream KV bucket of the documents. */
export const DOCUMENTS_BUCKET = 'documents';

/** Room for the headers of a message beside the document. */
const HEADROOM_BYTES = 8_192;
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;
const PURPOSE = 'document';

export interface KvDocumentStoreOptions {
  readonly bucket: KvBucket;
  /** The largest document, vectors included, that the broker takes. */
  readonly maxDocumentBytes: number;
  /** Told of an entry that is not a document; it is passed over. */
  readonly onUnreadable: (key: string, error: unknown) => void;
  /** Seals documents with their tenant's key; without it they are stored as they are. */
  readonly atRest?: AtRest;
}

/** Documents in a JetStream KV bucket in file storage, under `<tenant>.<document>`, each with its vectors. */
export class KvDocumentStore implements DocumentStore {
  constructor(private readonly options: KvDocumentStoreOptions) {}

  /** Opens the bucket, and makes it where there is none. */
  static async open(
    bus: Bus,
    onUnreadable: KvDocumentStoreOptions['onUnreadable'],
    atRest?: AtRest,
  ): Promise<KvDocumentStore> {
    const bucket = await bus.kv(DOCUMENTS_BUCKET, { history: 1, storage: 'file' });
    const maxDocumentBytes = (bus.nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES) - HEADROOM_BYTES;
    return new KvDocumentStore({ bucket, maxDocumentBytes, onUnreadable, ...(atRest ? { atRest } : {}) });
  }

  async revision(ref: DocumentRef): Promise<number | undefined> {
    return (await reached(this.options.bucket.get(keyOf(ref))))?.revision;
  }

  async put(ref: DocumentRef, document: StoredDocument, expected?: number): Promise<number> {
    const { bucket, atRest } = this.options;
    const plain = encodeDocument(document);
    const value = atRest ? await atRest.seal(ref.tenant, PURPOSE, ref.id, plain) : plain;
    if (value.length > this.options.maxDocumentBytes) throw tooLarge(value.length, this.options.maxDocumentBytes);
    if (expected === undefined) return reached(bucket.put(keyOf(ref), value));
    try {
      return await reached(bucket.update(keyOf(ref), value, expected));
    } catch (error) {
      const lost = expected === 0 ? await this.lostRevision(ref, error) : undefined;
      if (lost === undefined) throw error;
      return reached(bucket.update(keyOf(ref), value, lost));
    }
  }

  async delete(ref: DocumentRef): Promise<void> {
    await reached(this.options.bucket.delete(keyOf(ref)));
  }

  async watch(watcher: StoreWatcher): Promise<{ stop(): void }> {
    // Opening takes a moment: one entry after another, so that they arrive in the order in which they were written.
    let turn: Promise<void> = Promise.resolve();
    const held = new Map<string, StoreEntry>();
    const tell = (entry: StoreEntry): void => {
      if (entry.document) held.set(keyOf(entry.ref), { ...entry, document: undefined });
      else held.delete(keyOf(entry.ref));
      watcher.onEntry(entry);
    };
    this.options.atRest?.onShred((tenant) => {
      turn = turn
        .then(() => [...held.values()].filter(({ ref }) => ref.tenant === tenant).forEach(tell))
        .catch((error: unknown) => this.options.onUnreadable(tenant, error));
    });
    return reached(
      this.options.bucket.watch({
        onReady: () => void (turn = turn.then(() => watcher.onReady())),
        onEntry: ({ key, value, revision }) => {
          const ref = refOf(key);
          if (!ref) return;
          turn = turn
            .then(async () => tell({ ref, revision, document: value && (await this.read(ref, value)) }))
            .catch((error: unknown) => this.options.onUnreadable(key, error));
        },
      }),
    );
  }

  private async read({ tenant, id }: DocumentRef, value: Uint8Array): Promise<StoredDocument> {
    const { atRest } = this.options;
    return decodeDocument(atRest ? await atRest.open(tenant, PURPOSE, id, value) : value);
  }

  /** The revision of a document that is in the way of a new one and can never be read again, its key being destroyed. */
  private async lostRevision(ref: DocumentRef, conflict: unknown): Promise<number | undefined> {
    if (!isLlmosError(conflict) || conflict.code !== 'CONFLICT') return undefined;
    const entry = await reached(this.options.bucket.get(keyOf(ref)));
    if (!entry) return undefined;
    try {
      await this.read(ref, entry.value);
      return undefined;
    } catch (error) {
      return isLlmosError(error) && error.code === 'NOT_FOUND' ? entry.revision : undefined;
    }
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
