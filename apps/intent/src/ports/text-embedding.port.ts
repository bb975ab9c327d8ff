/** How far a load is: `progress` 0 to 1 and `etaSeconds` where they are known. */
export interface LoadProgress {
  readonly progress?: number;
  readonly etaSeconds?: number;
  readonly message?: string;
}

/** What turns a question into a vector; the real thing runs a model off the event loop. */
export interface TextEmbedding {
  /** Fetches and loads the model. Rejects with the signal's reason when it aborts during the fetch. */
  load(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void>;
  /** One L2-normalised vector. Rejects with the signal's reason on abort, `UNAVAILABLE` when the model is not there. */
  embed(text: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Lets running work finish. */
  close(): Promise<void>;
}
