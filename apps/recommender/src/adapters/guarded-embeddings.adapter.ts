import type { CatalogEmbedder } from '@llmos/models';
import { withBreaker, type BreakerOptions } from '@llmos/resilience';
import type { Embeddings } from '../ports/embeddings.port.js';

const TIMEOUT_MS = 30_000;

/** The embedding model behind a breaker: while it fails it is left alone, and items wait for their vectors. */
export class GuardedEmbeddings implements Embeddings {
  private readonly call: (texts: readonly string[], signal: AbortSignal) => Promise<Float32Array[]>;

  constructor(
    private readonly embedder: CatalogEmbedder,
    onStateChange?: BreakerOptions['onStateChange'],
  ) {
    this.call = withBreaker((texts: readonly string[], signal) => embedder.embed(texts, signal), {
      name: 'The embedding model of items',
      timeoutMs: TIMEOUT_MS,
      capacity: 4,
      ...(onStateChange ? { onStateChange } : {}),
    });
  }

  get model(): string {
    return this.embedder.model;
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    return this.call(texts, signal);
  }
}
