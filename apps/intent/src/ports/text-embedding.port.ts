/** What turns a question into a vector; the real thing runs a model off the event loop. */
export interface TextEmbedding {
  /** Fetches and loads the model. `onProgress` hears the share fetched, 0 to 1, and seconds left where known. */
  load(onProgress: (progress: number, etaSeconds?: number) => void): Promise<void>;
  /** One L2-normalised vector. Rejects with the signal's reason on abort, `UNAVAILABLE` when the model is not there. */
  embed(text: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Lets running work finish. */
  close(): Promise<void>;
}
