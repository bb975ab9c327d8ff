/** Turns texts into vectors whose dot product says how near two meanings are. */
export interface Embeddings {
  /** Names the model behind the vectors: vectors of two models cannot be compared. */
  readonly model: string;

  /**
   * One L2-normalised vector per text, in order.
   *
   * @throws LlmosError MODEL_LOADING while the model is not there, UNAVAILABLE while it fails.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}
