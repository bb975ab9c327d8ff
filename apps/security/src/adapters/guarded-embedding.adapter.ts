import type { LoadProgress } from '@llmos/models';
import { withBreaker } from '@llmos/resilience';
import type { TextEmbedding } from '../screening/text-embedding.port.js';

export interface GuardedEmbeddingOptions {
  /** In errors; the model's, unless said. */
  readonly name?: string;
  readonly timeoutMs?: number;
  readonly resetMs?: number;
  readonly onStateChange?: (state: 'open' | 'half-open' | 'closed') => void;
}

const TIMEOUT_MS = 5_000;
const CAPACITY = 64;

/** An embedding model behind a breaker: while it fails, those who need it are told at once and do without. */
export class GuardedEmbedding implements TextEmbedding {
  private readonly guarded: (texts: readonly string[], signal: AbortSignal) => Promise<Float32Array[]>;

  constructor(
    private readonly inner: TextEmbedding,
    options: GuardedEmbeddingOptions = {},
  ) {
    this.guarded = withBreaker((texts: readonly string[], signal) => inner.embed(texts, signal), {
      capacity: CAPACITY,
      timeoutMs: TIMEOUT_MS,
      ...options,
      name: `The embedding model ${options.name ?? inner.model}`,
    });
  }

  get model(): string {
    return this.inner.model;
  }

  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    return this.inner.start(report, signal);
  }

  embed(texts: readonly string[], signal = new AbortController().signal): Promise<Float32Array[]> {
    return this.guarded(texts, signal);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
