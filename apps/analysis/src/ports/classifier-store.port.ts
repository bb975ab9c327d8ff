/** Whose classifier, and its name among that tenant's. */
export interface ClassifierRef {
  readonly tenant: string;
  readonly name: string;
}

export interface ClassifierWatcher {
  /** `bytes` is undefined when the classifier was deleted. Called in the order of the writes. */
  onEntry(ref: ClassifierRef, bytes: Uint8Array | undefined): void;
}

/** Where trained classifiers outlive the process and reach every replica. */
export interface ClassifierStore {
  /** Stored when it resolves. Rejects with `PAYLOAD_TOO_LARGE` or `UNAVAILABLE`. */
  put(ref: ClassifierRef, bytes: Uint8Array): Promise<void>;
  delete(ref: ClassifierRef): Promise<void>;
  /** Resolves when every stored classifier has been delivered; later changes follow until stopped. */
  watch(watcher: ClassifierWatcher): Promise<{ stop(): void }>;
}
