import type { LoadProgress } from '@llmos/models';

/** What turns a text into a vector; the real thing (CatalogEmbedder) runs a model off the event loop. */
export interface TextEmbedding {
  /** The catalog's name of the model behind the vectors. */
  readonly model: string;
  /** Fetches and loads the model. Rejects with the signal's reason when it aborts during the fetch. */
  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void>;
  /** One L2-normalised vector a text, in order. Rejects with the signal's reason on abort. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Lets running work finish. */
  close(): Promise<void>;
}
