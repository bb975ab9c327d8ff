import type { Encoded } from './encoded.js';
import type { LoadProgress } from '../store/progress-meter.js';

/** What texts are to each other: what is looked for (also texts of equal rank), or what is found. */
export type TextRole = 'query' | 'passage';

/**
 * Turns texts into vectors whose dot product is their similarity. Implemented by `CatalogEmbedder`; a service that
 * needs less asks for a `Pick` of it.
 */
export interface Embedder {
  /** Names the model behind the vectors: vectors of two models cannot be compared. */
  readonly model: string;

  /** Fetches and loads the model. Rejects with the signal's reason when the signal aborts during the fetch. */
  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void>;

  /**
   * One L2-normalised vector per text, in order. Models that tell questions from passages need to know which these are;
   * for the others the role changes nothing.
   *
   * @throws LlmosError MODEL_LOADING before `start` is done, UNAVAILABLE while the model fails, OVERLOADED beyond its
   * capacity, DEADLINE_EXCEEDED after its time limit; the signal's reason on abort.
   */
  embed(texts: readonly string[], signal?: AbortSignal, role?: TextRole): Promise<Float32Array[]>;

  /** As `embed`, in the same single pass per text, with the state of every token and its position in the text. */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]>;

  /** Lets running work finish. */
  close(): Promise<void>;
}
