import type { Bus, KvBucket } from '@llmos/bus';
import { BUCKETS, hasCode, LlmosError } from '@llmos/contracts';
import type { AtRest } from '@llmos/vault';
import type {
  DocumentRef,
  DocumentStore,
  StoredDocument,
  StoreEntry,
  StoreWatcher,
} from '../ports/document-store.port.js';
import { decodeDocument, encodeDocument } from './document-frame.js';

const PURPOSE = 'document';

export interface KvDocumentStoreOptions {
  readonly bucket: KvBucket;
  /** The largest document, vectors included, that the broker accepts. */
  readonly maxDocumentBytes: number;
  /** Receives the key of an entry that is not a document and is skipped. */
  readonly onUnreadable: (key: string, error: unknown) => void;
  /** Seals documents with their tenant's key; without it they are stored in plain. */
  readonly atRest?: AtRest;
}

/** Documents in a JetStream KV bucket in file storage, under `<tenant>.<document>`, each with its vectors. */
export class KvDocumentStore implements DocumentStore {
  constructor(private readonly options: KvDocumentStoreOptions) {}

  /** Opens the bucket, and creates it if it does not exist. */
  static async open(
    bus: Bus,
    onUnreadable: KvDocumentStoreOptions['onUnreadable'],
    atRest?: AtRest,
  ): Promise<KvDocumentStore> {
    const bucket = await bus.kv(BUCKETS.documents, { history: 1, storage: 'file' });
    const maxDocumentBytes = bus.maxMessageBytes;
    return new KvDocumentStore({ bucket, maxDocumentBytes, onUnreadable, ...(atRest ? { atRest } : {}) });
  }

  async get(ref: DocumentRef): Promise<StoredDocument | undefined> {
    const entry = await this.options.bucket.get(keyOf(ref));
    return entry && this.read(ref, entry.value);
  }

  async revision(ref: DocumentRef): Promise<number | undefined> {
    return (await this.options.bucket.get(keyOf(ref)))?.revision;
  }

  async put(ref: DocumentRef, document: StoredDocument, expected?: number): Promise<number> {
    const { bucket, atRest } = this.options;
    const plain = encodeDocument(document);
    const value = atRest ? await atRest.seal(ref.tenant, PURPOSE, ref.id, plain) : plain;
    if (value.length > this.options.maxDocumentBytes) throw tooLarge(value.length, this.options.maxDocumentBytes);
    if (expected === undefined) return bucket.put(keyOf(ref), value);
    try {
      return await bucket.update(keyOf(ref), value, expected);
    } catch (error) {
      const lost = expected === 0 ? await this.lostRevision(ref, error) : undefined;
      if (lost === undefined) throw error;
      return bucket.update(keyOf(ref), value, lost);
    }
  }

  async delete(ref: DocumentRef): Promise<void> {
    await this.options.bucket.delete(keyOf(ref));
  }

  async watch(watcher: StoreWatcher): Promise<{ stop(): void }> {
    // Decryption is asynchronous: entries are processed one after the other, to be delivered in the order of writing.
    let turn: Promise<void> = Promise.resolve();
    const held = new Map<string, StoreEntry>();
    const deliver = (entry: StoreEntry): void => {
      if (entry.document) held.set(keyOf(entry.ref), { ...entry, document: undefined });
      else held.delete(keyOf(entry.ref));
      watcher.onEntry(entry);
    };
    this.options.atRest?.onShred((tenant) => {
      turn = turn
        .then(() => [...held.values()].filter(({ ref }) => ref.tenant === tenant).forEach(deliver))
        .catch((error: unknown) => this.options.onUnreadable(tenant, error));
    });
    const watching = await this.options.bucket.watch({
      onEntry: ({ key, value, revision }) => {
        const ref = refOf(key);
        if (!ref) return;
        turn = turn
          .then(async () => deliver({ ref, revision, document: value && (await this.read(ref, value)) }))
          .catch((error: unknown) => this.options.onUnreadable(key, error));
      },
    });
    await turn;
    return watching;
  }

  private async read({ tenant, id }: DocumentRef, value: Uint8Array): Promise<StoredDocument> {
    const { atRest } = this.options;
    return decodeDocument(atRest ? await atRest.open(tenant, PURPOSE, id, value) : value);
  }

  /** The revision of an existing document that can never be read again because its key was destroyed. */
  private async lostRevision(ref: DocumentRef, conflict: unknown): Promise<number | undefined> {
    if (!hasCode(conflict, 'CONFLICT')) return undefined;
    const entry = await this.options.bucket.get(keyOf(ref));
    if (!entry) return undefined;
    try {
      await this.read(ref, entry.value);
      return undefined;
    } catch (error) {
      return hasCode(error, 'NOT_FOUND') ? entry.revision : undefined;
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
  const message = `The document has ${sizeBytes} bytes with its vectors; the limit is ${maxBytes}. Split it.`;
  return new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'document.text' });
}
