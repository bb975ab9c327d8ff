/** Whose classifier, and its name among that tenant's. */
export interface ClassifierRef {
  readonly tenant: string;
  readonly name: string;
}

export interface ClassifierWatcher {
  /** `bytes` is undefined when the classifier was deleted. Called in the order of the writes. */
  onEntry(ref: ClassifierRef, bytes: Uint8Array | undefined): void;
  /** Called once, when everything there was at the start has been seen. */
  onReady(): void;
}

/** Where trained classifiers outlive the process and reach every replica. */
export interface ClassifierStore {
  /** Stored when it resolves. Rejects with `PAYLOAD_TOO_LARGE` or `UNAVAILABLE`. */
  put(ref: ClassifierRef, bytes: Uint8Array): Promise<void>;
  delete(ref: ClassifierRef): Promise<void>;
  watch(watcher: ClassifierWatcher): Promise<{ stop(): void }>;
}
