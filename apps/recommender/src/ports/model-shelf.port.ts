/** Where a model's file lies for every replica, and how to tell that it is whole. */
export interface ShelvedFile {
  readonly object: string;
  /** In hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Keeps the files of trained models. Rejects with UNAVAILABLE while it cannot be reached. */
export interface ModelShelf {
  /**
   * Stores the file at `path`; repeating it with the same bytes changes nothing.
   *
   * @throws LlmosError NOT_FOUND when the version {@link isForgotten}.
   */
  put(tenant: string, version: string, path: string): Promise<ShelvedFile>;

  /**
   * Makes sure that `path` holds the file: what is there already is kept when it is whole, and nobody ever sees half a
   * file.
   *
   * @throws LlmosError NOT_FOUND when the file is no longer kept.
   */
  fetch(file: ShelvedFile, path: string): Promise<void>;

  delete(object: string): Promise<void>;

  /** Deletes the files of versions that went with the tenant's keys. */
  forget(tenant: string): Promise<void>;

  /** Whether this version went with the tenant's keys: its training had begun before they were destroyed. */
  isForgotten(tenant: string, version: string): boolean;
}

/** Keeps how far a training has come, under its run, so that the run goes on from there when it is delivered again. */
export interface Checkpoints {
  load(tenant: string, run: string): Promise<Uint8Array | undefined>;
  /** Does nothing for a run that began before the tenant's keys were destroyed. */
  save(tenant: string, run: string, bytes: Uint8Array): Promise<void>;
  delete(tenant: string, run: string): Promise<void>;
  /** Deletes those of a tenant: one of its users is forgotten, and they may know of them. */
  forget(tenant: string): Promise<void>;
}
