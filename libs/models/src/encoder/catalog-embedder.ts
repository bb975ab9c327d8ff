import { LlmosError } from '@llmos/contracts';
import { withBreaker, type GuardOptions, type Operation } from '@llmos/resilience';
import { withModelSpan } from '@llmos/telemetry';
import { z } from 'zod';
import type { Device } from '../inference/device.js';
import type { Embedder, TextRole } from './embedder.js';
import type { Encoded } from './encoded.js';
import { EncoderPool } from './encoder-pool.js';
import { readTokenizerWords } from './tokenizer-words.js';
import { ModelStore } from '../store/model-store.js';
import { describeFetch, type LoadProgress } from '../store/progress-meter.js';

/** The settings of an embedding model in the catalog. */
const settingsSchema = z.object({
  pooling: z.enum(['mean', 'cls']).default('mean'),
  maxTokens: z.number().int().positive().default(256),
  /** Put before each text of the role, as the model was trained. */
  queryPrefix: z.string().default(''),
  passagePrefix: z.string().default(''),
});

export interface CatalogEmbedderOptions {
  /** The model's name in the catalog. */
  readonly model: string;
  readonly home: string;
  readonly catalogPath: string;
  /** Worker threads, each with a session of its own (about 60 MB). */
  readonly workers: number;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** Path of a low-rank update that fits the model to one task; see `EncoderPoolOptions`. */
  readonly update?: string | undefined;
  /** Names the update in {@link CatalogEmbedder.model}, where its vectors are kept or carried to others. */
  readonly variant?: string | undefined;
  /** The limits and the rules of the breaker, and who hears of it. */
  readonly breaker?: Partial<GuardOptions>;
}

/**
 * The longest text that a contract allows takes about ten seconds on one core; the calls queued before it count too.
 */
const BREAKER = { timeoutMs: 60_000, capacity: 128 };

/**
 * An {@link Embedder} by its name in the catalog: fetched if it is missing, in worker threads, traced, and behind a
 * breaker: while the model fails, callers are refused at once.
 */
export class CatalogEmbedder implements Embedder {
  private readonly guarded: Operation<(signal: AbortSignal) => Promise<unknown>, unknown>;
  private pool?: EncoderPool;
  private tokenizer?: string;
  private starting?: Promise<void>;
  private prefixes: Readonly<Record<TextRole, string>> = { query: '', passage: '' };

  constructor(private readonly options: CatalogEmbedderOptions) {
    const { name = options.model, ...limits } = options.breaker ?? {};
    const settings = { ...BREAKER, ...limits, name: `The embedding model ${name}` };
    this.guarded = withBreaker((work: (signal: AbortSignal) => Promise<unknown>, signal) => work(signal), settings);
  }

  /** The model's name, of an updated one also its variant: vectors of one model can be compared. */
  get model(): string {
    const { model, variant } = this.options;
    return variant === undefined ? model : `${model}+${variant}`;
  }

  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    this.starting = this.load(report, signal);
    return this.starting;
  }

  private async load(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const { home, catalogPath, model, workers, device, update } = this.options;
    const store = await ModelStore.open({ home, catalogPath });
    const files = await store.ensure(model, { signal, onProgress: (progress) => report(describeFetch(progress)) });
    if (!files.model || !files.tokenizer) {
      throw new LlmosError(
        'UNAVAILABLE',
        `The catalog's '${model}' lacks the file 'model' or 'tokenizer', so it cannot embed.`,
      );
    }
    const { queryPrefix, passagePrefix, ...settings } = settingsSchema.parse(store.describe(model).settings);
    this.prefixes = { query: queryPrefix, passage: passagePrefix };
    this.tokenizer = files.tokenizer;
    this.pool = await EncoderPool.start({
      ...settings,
      model: files.model,
      tokenizer: files.tokenizer,
      graph: files.graph,
      workers,
      device,
      update,
      optimised: store.optimised,
    });
  }

  /** The common words that its tokenizer knows whole; none before the start. Read from its file each time. */
  async readWords(): Promise<ReadonlySet<string>> {
    return this.tokenizer === undefined ? new Set() : readTokenizerWords(this.tokenizer);
  }

  embed(texts: readonly string[], signal?: AbortSignal, role: TextRole = 'query'): Promise<Float32Array[]> {
    const work = (pool: EncoderPool, during: AbortSignal) => {
      const prefix = this.prefixes[role];
      return pool.embed(prefix === '' ? texts : texts.map((text) => prefix + text), during);
    };
    return this.run(texts, work, signal);
  }

  encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]> {
    return this.run(texts, (pool, during) => pool.encode(texts, during), signal);
  }

  /** Waits for a start in progress: the engine aborts a process that exits while a model is being opened. */
  async close(): Promise<void> {
    await this.starting?.catch(() => undefined);
    await this.pool?.close();
  }

  private async run<Output>(
    texts: readonly string[],
    work: (pool: EncoderPool, signal: AbortSignal) => Promise<Output>,
    signal = new AbortController().signal,
  ): Promise<Output> {
    const { pool, model } = this;
    if (!pool) throw new LlmosError('MODEL_LOADING', `The embedding model '${model}' is still loading. Try again.`);
    const traced = (during: AbortSignal) =>
      withModelSpan({ operation: 'embeddings', model, provider: 'onnxruntime' }, (span) => {
        span.setAttribute('llmos.embeddings.texts', texts.length);
        return work(pool, during);
      });
    return (await this.guarded(traced, signal)) as Output;
  }
}
