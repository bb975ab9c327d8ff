import type { Encoded, LoadProgress } from '@llmos/models';

/** What reads texts for every head; the real thing runs a model off the event loop. */
export interface TextEncoder {
  /** Names the model behind the vectors. */
  readonly model: string;
  /** Fetches and loads the model. Rejects with the signal's reason when it aborts during the fetch. */
  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void>;
  /** Vector, token states and their places, one forward pass a text. Rejects with the signal's reason on abort. */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]>;
  /** Vectors alone. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Lets running work finish. */
  close(): Promise<void>;
}
