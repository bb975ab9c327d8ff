import type { EmbeddedBatch, EmbedderInit } from './embedder.worker.js';
import { createJob, takeBatch, type BatchLimits, type EmbeddingJob, type QueuedText } from './embedding-queue.js';
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
}

const MAX_BATCH_TEXTS = 32;
const MAX_BATCH_TOKENS = 1024;
const DEFAULT_MAX_TOKENS = 256;

/** Started from source (in tests) the worker is the built one: a thread cannot run TypeScript modules. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/embedder.worker.js' : './embedder.worker.js',
  import.meta.url,
);

/**
 * Turns texts into vectors whose dot product is their similarity, for search, routing and classifier heads.
 *
 * Callers who come while the workers are busy share the next batch (up to 32 texts, sorted by length).
 */
export class Embedder {
  private readonly jobs = new Set<EmbeddingJob>();
  private inFlight = 0;

  /**
   * Resolves once every worker has loaded the model.
   * @throws LlmosError UNAVAILABLE when the model or tokenizer cannot be loaded.
   */
  static async start(options: EmbedderOptions): Promise<Embedder> {
    const { model, tokenizer, threads = 1, maxTokens = DEFAULT_MAX_TOKENS, pooling = 'mean', workers = 1 } = options;
    const init: EmbedderInit = { model, tokenizer, threads, maxTokens, pooling };
    const pool = await WorkerPool.start({ module: WORKER, init, size: workers, name: 'embedder' });
    const { dimensions } = await pool.call<{ dimensions: number }>('describe', undefined);
    const limits = { maxTexts: MAX_BATCH_TEXTS, maxTokensPerText: maxTokens, maxTokens: MAX_BATCH_TOKENS };
    return new Embedder(pool, workers, limits, dimensions);
  }

  private constructor(
    private readonly pool: WorkerPool,
    private readonly workers: number,
    private readonly limits: BatchLimits,
    /** Length of each vector: 384 for MiniLM. */
    readonly dimensions: number,
  ) {}

  /** Callers waiting. */
  get depth(): number {
    return this.jobs.size;
  }

  /**
   * One L2-normalised vector per text, in the order of the texts; no texts give no vectors.
   *
   * Rejects at once with the signal's reason on abort, and with `UNAVAILABLE` when the worker died or is closed.
   */
  async embed(texts: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    if (texts.length === 0) return [];
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
    const job = createJob(texts, { resolve, reject });
    const abort = (): void => this.fail(job, signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.jobs.add(job);
    this.dispatch();
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Lets the running batch finish; callers still waiting are rejected with `UNAVAILABLE`. */
  close(): Promise<void> {
    return this.pool.close();
  }

  private dispatch(): void {
    while (this.inFlight < this.workers) {
      const batch = takeBatch([...this.jobs], this.limits);
      if (batch.length === 0) return;
      this.inFlight += 1;
      void this.runBatch(batch).finally(() => {
        this.inFlight -= 1;
        this.dispatch();
      });
    }
  }

  private async runBatch(batch: readonly QueuedText[]): Promise<void> {
    try {
      const texts = batch.map(({ job, index }) => job.texts[index]);
      const { vectors, dimensions } = await this.pool.call<EmbeddedBatch>('embedBatch', { texts });
      batch.forEach(({ job, index }, row) =>
        this.deliver(job, index, vectors.slice(row * dimensions, (row + 1) * dimensions)),
      );
    } catch (error) {
      for (const { job } of batch) this.fail(job, error);
    }
  }

  private deliver(job: EmbeddingJob, index: number, vector: Float32Array): void {
    job.vectors[index] = vector;
    job.missing -= 1;
    if (job.missing > 0) return;
    this.jobs.delete(job);
    job.resolve(job.vectors);
  }

  private fail(job: EmbeddingJob, error: unknown): void {
    this.jobs.delete(job);
    job.reject(error);
  }
}
