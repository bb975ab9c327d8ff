import type { Encoded } from './encoded.js';
import type { EmbedderInit } from './embedder.worker.js';
import { WorkerPool } from './worker-pool.js';

export interface EmbedderOptions {
  /** Path of the ONNX model. */
  readonly model: string;
  /** Path of its `tokenizer.json`. */
  readonly tokenizer: string;
  /** Worker threads, each with its own session. Default 1. */
  readonly workers?: number;
  /** Engine threads per worker. Default 1: many workers with one thread beat one with many. */
  readonly threads?: number;
  /** Longer texts are cut. Default 256, which MiniLM was trained for. */
  readonly maxTokens?: number;
  /** How token vectors become one: `mean` (MiniLM, e5) or `cls` (bge). Default `mean`. */
  readonly pooling?: 'mean' | 'cls';
  /** Path of a low-rank update that makes of the model another one: the same size and speed, trained for one task. */
  readonly update?: string;
  /**
   * Folder in which the model is kept as the engine has optimised it, so that all processes share one copy of its weights.
   * Without it each has its own, some 100 MB.
   */
  readonly optimised?: string;
}

const DEFAULT_MAX_TOKENS = 256;

/** Started from source (in tests) the worker is the built one: a thread cannot run TypeScript modules. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/embedder.worker.js' : './embedder.worker.js',
  import.meta.url,
);

/**
 * Turns texts into vectors whose dot product is their similarity, for search, routing and classifier heads.
 *
 * A text's vector depends on the text alone. Texts are therefore run one by one: in a batch the padding, the shapes of the
 * matrices and, in a model that quantises its activations, the texts of other callers would move it.
 */
export class Embedder {
  /**
   * Resolves once every worker has loaded the model.
   * @throws LlmosError UNAVAILABLE when the model or tokenizer cannot be loaded.
   */
  static async start(options: EmbedderOptions): Promise<Embedder> {
    const { workers = 1, threads = 1, maxTokens = DEFAULT_MAX_TOKENS, pooling = 'mean', ...files } = options;
    const init: EmbedderInit = { ...files, threads, maxTokens, pooling };
    // Every caller waits with a text or two only, and how many callers there are is decided before them.
    const pool = await WorkerPool.start({ module: WORKER, init, size: workers, name: 'embedder', maxQueue: Infinity });
    const { length } = await pool.call<Float32Array>('embed', { text: '' });
    return new Embedder(pool, workers, length);
  }

  private constructor(
    private readonly pool: WorkerPool,
    private readonly workers: number,
    /** Length of each vector: 384 for MiniLM. */
    readonly dimensions: number,
  ) {}

  /** Texts waiting for a worker: of each caller at most one a worker. */
  get depth(): number {
    return this.pool.depth;
  }

  /**
   * One L2-normalised vector per text, in the order of the texts; no texts give no vectors.
   *
   * Callers take turns text by text, so one with a question does not wait for one with ten thousand documents.
   * Rejects at once with the signal's reason on abort, and with `UNAVAILABLE` when the worker died or is closed.
   */
  embed(texts: readonly string[], options: { signal?: AbortSignal } = {}): Promise<Float32Array[]> {
    return this.forEach<Float32Array>('embed', texts, options);
  }

  /** As {@link embed}, with the state and the place of every token: one pass for all heads that ask. */
  encode(texts: readonly string[], options: { signal?: AbortSignal } = {}): Promise<Encoded[]> {
    return this.forEach<Encoded>('encode', texts, options);
  }

  private async forEach<Output>(
    method: 'embed' | 'encode',
    texts: readonly string[],
    { signal }: { signal?: AbortSignal },
  ): Promise<Output[]> {
    signal?.throwIfAborted();
    const outputs: Output[] = [];
    const rest = texts.entries();
    const lane = async (): Promise<void> => {
      for (const [index, text] of rest) outputs[index] = await this.pool.call<Output>(method, { text }, { signal });
    };
    await Promise.all(Array.from({ length: Math.min(this.workers, texts.length) }, lane));
    return outputs;
  }

  /** Lets the running text finish; callers still waiting are rejected with `UNAVAILABLE`. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
