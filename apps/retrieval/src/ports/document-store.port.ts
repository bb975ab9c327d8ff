/** Whose document, and which one. */
export interface DocumentRef {
  readonly tenant: string;
  readonly id: string;
}

/** A document as it is kept: what was said, and the vectors it is found by. */
export interface StoredDocument {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents: readonly string[];
  /** Documents of the folder follow its files; the others only what callers ask. */
  readonly source: 'caller' | 'folder';
  /** SHA-256 of title, text and intents: whether a file still says the same. */
  readonly hash: string;
  /** The embedding model and passage rules behind the vectors; vectors of another are of no use. */
  readonly embedding: string;
  /** The title's vector, then one for each passage, in order. All of one length, L2-normalised. */
  readonly vectors: readonly Float32Array[];
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
 * Where the documents live: the one truth that every replica's index follows. A write has been stored when its promise
 * resolves. Every method rejects with `UNAVAILABLE` while the store cannot be reached.
 */
export interface DocumentStore {
  /** The revision of the document, undefined when there is none. */
  revision(ref: DocumentRef): Promise<number | undefined>;

  /**
   * Writes the document and gives its new revision. With `expected` only when it is still at that revision
   * (0: does not exist).
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between, PAYLOAD_TOO_LARGE when the store cannot take it.
   */
  put(ref: DocumentRef, document: StoredDocument, expected?: number): Promise<number>;

  delete(ref: DocumentRef): Promise<void>;

  /** Resolves when every stored document has been delivered; changes follow until stopped, past outages of the store. */
  watch(watcher: StoreWatcher): Promise<{ stop(): void }>;
}

/** The token under which Nest injects the port. */
export const DOCUMENT_STORE = Symbol('DocumentStore');
