import { LlmosError } from '@llmos/contracts';
import { describeFetch, Embedder, ModelStore } from '@llmos/models';
import type { LoadProgress, TextEmbedding } from '../ports/text-embedding.port.js';

export interface MiniLmOptions {
  /** Where models are kept. */
  readonly home: string;
  readonly catalogPath: string;
  /** Worker threads, each with its own copy of the model. */
  readonly workers: number;
}

const MODEL = 'minilm';

/** all-MiniLM-L6-v2 (int8, 384 dimensions) from the model store, run in worker threads. */
export class MiniLmEmbedding implements TextEmbedding {
  private embedder?: Embedder;

  constructor(private readonly options: MiniLmOptions) {}

  async load(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const { home, catalogPath, workers } = this.options;
    const store = await ModelStore.open({ home, catalogPath });
    const { model, tokenizer } = await store.ensure(MODEL, {
      signal,
      onProgress: (progress) => report(describeFetch(progress)),
    });
    if (!model || !tokenizer)
      throw new LlmosError('UNAVAILABLE', `The catalog's ${MODEL} must have the files "model" and "tokenizer".`);
    this.embedder = await Embedder.start({ model, tokenizer, workers });
  }

  async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
    if (!this.embedder)
      throw new LlmosError('MODEL_LOADING', 'The embedding model is still loading. Try again in a moment.');
    const [vector] = await this.embedder.embed([text], { signal });
    if (!vector) throw new LlmosError('INTERNAL', 'The embedding model gave no vector.');
    return vector;
  }

  async close(): Promise<void> {
    await this.embedder?.close();
  }
}
