/** A document of a tenant. */
export interface DocumentRef {
  readonly tenant: string;
  readonly id: string;
}

/** Where an imported document comes from. */
export interface DocumentOrigin {
  /** The file, its place in the file, or the address. */
  readonly source: string;
  /** The folder or site that is kept in step as a whole. */
  readonly collection?: string | undefined;
}

/** A document as it is stored: its content, and the vectors by which it is found. */
export interface StoredDocument {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents: readonly string[];
  /** `folder`: follows a file of the folder; `caller`: changed by requests only. */
  readonly source: 'caller' | 'folder';
  /** Undefined for a document that was sent on its own. */
  readonly origin?: DocumentOrigin | undefined;
  /** SHA-256 of title, text and intents, to detect changed files. */
  readonly hash: string;
  /** The embedding model and passage rules behind the vectors; vectors of others cannot be compared. */
  readonly embedding: string;
  /** The title's vector, then one for each passage, in order. All of one length, L2-normalised. */
  readonly vectors: readonly Float32Array[];
  /** For each vector the short vectors of its text's content tokens, end to end; none for models without projection. */
  readonly tokens: readonly Int8Array[];
}

/** One change, or one document of the replay. */
export interface StoreEntry {
  readonly ref: DocumentRef;
  /** Undefined: deleted. */
  readonly document: StoredDocument | undefined;
  /** Grows with every write in the store, whatever the document. */
  readonly revision: number;
}

export interface StoreWatcher {
  onEntry(entry: StoreEntry): void;
}

/**
 * The store of the documents, which the index of every replica follows. A write is stored when its promise resolves.
 * Every method rejects with `UNAVAILABLE` while the store cannot be reached.
 */
export interface DocumentStore {
  /** Undefined if there is none. */
  get(ref: DocumentRef): Promise<StoredDocument | undefined>;

  /** The revision of the document; undefined if there is none. */
  revision(ref: DocumentRef): Promise<number | undefined>;

  /**
   * Writes the document and returns its new revision; with `expected`, only if it is still at that revision
   * (0: it does not exist).
   *
   * @throws LlmosError CONFLICT after another write in between, PAYLOAD_TOO_LARGE if the store cannot take it.
   */
  put(ref: DocumentRef, document: StoredDocument, expected?: number): Promise<number>;

  delete(ref: DocumentRef): Promise<void>;

  /**
   * Resolves when every stored document has been delivered; changes follow until stopped, past outages of the store.
   */
  watch(watcher: StoreWatcher): Promise<{ stop(): void }>;
}

/** The token under which Nest injects the port. */
export const DOCUMENT_STORE = Symbol('DocumentStore');
