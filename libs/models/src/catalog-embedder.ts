import { LlmosError } from '@llmos/contracts';
import { withModelSpan } from '@llmos/telemetry';
import { z } from 'zod';
import { Embedder } from './embedder.js';
import type { Encoded } from './encoded.js';
import { ModelStore } from './model-store.js';
import { describeFetch } from './progress-meter.js';

/** What the catalog says of an embedding model beside its files. */
const settingsSchema = z.object({
  pooling: z.enum(['mean', 'cls']).default('mean'),
  maxTokens: z.number().int().positive().default(256),
});

export interface CatalogEmbedderOptions {
  /** The model's name in the catalog. */
  readonly model: string;
  readonly home: string;
  readonly catalogPath: string;
  /** Worker threads, each with a session of its own (some 60 MB). */
  readonly workers: number;
  /** Path of a low-rank update that fits the model to one task; as in `EmbedderOptions`. */
  readonly update?: string;
}

export interface LoadProgress {
  /** 0 to 1. */
  readonly progress?: number;
  readonly etaSeconds?: number;
  readonly message?: string;
}

/** An {@link Embedder} by its name in the catalog: fetched where it is missing, traced, in worker threads. */
export class CatalogEmbedder {
  private embedder?: Embedder;

  constructor(private readonly options: CatalogEmbedderOptions) {}

  get model(): string {
    return this.options.model;
  }

  /** Fetches the model where it is missing and starts the workers. */
  async start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const { home, catalogPath, model, workers, update } = this.options;
    const store = await ModelStore.open({ home, catalogPath });
    const files = await store.ensure(model, {
      signal,
      onProgress: (progress) => report(describeFetch(progress)),
    });
    if (!files.model || !files.tokenizer) {
      throw new LlmosError(
        'UNAVAILABLE',
        `The catalog's '${model}' lacks the file 'model' or 'tokenizer', so it cannot embed.`,
      );
    }
    const { pooling, maxTokens } = settingsSchema.parse(store.describe(model).settings);
    this.embedder = await Embedder.start({
      model: files.model,
      tokenizer: files.tokenizer,
      workers,
      pooling,
      maxTokens,
      update,
      optimised: store.optimised,
    });
  }

  /**
   * One L2-normalised vector per text, in order.
   *
   * @throws LlmosError MODEL_LOADING before {@link start} is done; the signal's reason when it aborts.
   */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.traced(texts, (embedder) => embedder.embed(texts, { signal }));
  }

  /**
   * As {@link embed}, in the same single pass a text, with every token's state and its place in the text.
   *
   * @throws LlmosError MODEL_LOADING before {@link start} is done; the signal's reason when it aborts.
   */
  async encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]> {
    return this.traced(texts, (embedder) => embedder.encode(texts, { signal }));
  }

  async close(): Promise<void> {
    await this.embedder?.close();
  }

  private traced<Output>(texts: readonly string[], work: (embedder: Embedder) => Promise<Output>): Promise<Output> {
    const { embedder } = this;
    if (!embedder)
      throw new LlmosError('MODEL_LOADING', `The embedding model '${this.model}' is still loading. Try again.`);
    return withModelSpan({ operation: 'embeddings', model: this.model, provider: 'onnxruntime' }, (span) => {
      span.setAttribute('llmos.embeddings.texts', texts.length);
      return work(embedder);
    });
  }
}
