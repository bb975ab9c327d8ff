import { LlmosError } from '@llmos/contracts';
import { Embedder, ModelStore } from '@llmos/models';
import type { TextEmbedding } from '../ports/text-embedding.port.js';

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
  private readonly stop = new AbortController();

  constructor(private readonly options: MiniLmOptions) {}

  async load(onProgress: (progress: number, etaSeconds?: number) => void): Promise<void> {
    const { home, catalogPath, workers } = this.options;
    const store = await ModelStore.open({ home, catalogPath });
    const { model, tokenizer } = await store.ensure(MODEL, {
      signal: this.stop.signal,
      onProgress: ({ receivedBytes, totalBytes, etaSeconds }) =>
        onProgress(totalBytes ? receivedBytes / totalBytes : 0, etaSeconds),
    });
    if (!model || !tokenizer)
      throw new LlmosError('UNAVAILABLE', `The catalog's ${MODEL} must have the files "model" and "tokenizer".`);
    const embedder = await Embedder.start({ model, tokenizer, workers });
    if (this.stop.signal.aborted) await embedder.close();
    else this.embedder = embedder;
  }

  async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
    if (!this.embedder)
      throw new LlmosError('MODEL_LOADING', 'The embedding model is still loading. Try again in a moment.');
    const [vector] = await this.embedder.embed([text], signal ? { signal } : {});
    if (!vector) throw new LlmosError('INTERNAL', 'The embedding model gave no vector.');
    return vector;
  }

  /** Stops a fetch under way; lets running batches finish. */
  async close(): Promise<void> {
    this.stop.abort(new LlmosError('UNAVAILABLE', 'The service is shutting down.'));
    await this.embedder?.close();
  }
}
