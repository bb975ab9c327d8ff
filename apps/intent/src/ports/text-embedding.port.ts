import type { LoadProgress } from '@llmos/models';

/** What turns a question into a vector; the real thing runs a model off the event loop. */
export interface TextEmbedding {
  /** Names the model behind the vectors. */
  readonly model: string;
  /** Fetches and loads the model. Rejects with the signal's reason when it aborts during the fetch. */
  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void>;
  /** One L2-normalised vector a text. Rejects with the signal's reason on abort, `UNAVAILABLE` when the model is not there. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Lets running work finish. */
  close(): Promise<void>;
}
