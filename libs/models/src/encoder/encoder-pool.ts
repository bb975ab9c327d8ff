import type { Encoded } from './encoded.js';
import type { EncoderInit } from './encoder.worker.js';
import type { Device } from '../inference/device.js';
import { DeviceSlots } from '../inference/device-slots.js';
import { WorkerPool } from '../inference/worker-pool.js';

export interface EncoderPoolOptions {
  /** Path of the ONNX model. */
  readonly model: string;
  /** Path of its `tokenizer.json`. */
  readonly tokenizer: string;
  /** Worker threads, each with its own session. Default 1. */
  readonly workers?: number;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** Longer texts are cut. Default 256, which MiniLM was trained for. */
  readonly maxTokens?: number;
  /** How token vectors become one: `mean` (MiniLM, e5) or `cls` (bge). Default `mean`. */
  readonly pooling?: 'mean' | 'cls';
  /** Path of a low-rank update that fits the model to one task, at the same size and speed. */
  readonly update?: string | undefined;
  /** Path of a graph that computes the model in whole numbers, on the CPU; see `MappedSource`. */
  readonly graph?: string | undefined;
  /**
   * Folder in which the model is kept as the engine has optimised it, so that all processes share one copy of its
   * weights. Without it each process has a copy of its own, about 100 MB. CPU only.
   */
  readonly optimised?: string;
}

const DEFAULT_MAX_TOKENS = 256;

/** Tests run from source, but a thread cannot run TypeScript modules: there the built worker is used. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/encoder/encoder.worker.js' : './encoder.worker.js',
  import.meta.url,
);

/**
 * An encoder in worker threads, by the paths of its files.
 *
 * A text's vector depends on the text alone. Texts are therefore run one by one: in a batch the padding, the shapes of
 * the matrices and, in a model that quantises its activations, the texts of other callers would change it.
 */
export class EncoderPool {
  /**
   * Resolves when every worker has loaded the model.
   * @throws LlmosError UNAVAILABLE if the model or tokenizer cannot be loaded.
   */
  static async start(options: EncoderPoolOptions): Promise<EncoderPool> {
    const { workers = 1, device = 'cpu', maxTokens = DEFAULT_MAX_TOKENS, pooling = 'mean', ...files } = options;
    const init: EncoderInit = { ...files, device, maxTokens, pooling };
    // Each caller queues at most one text per worker, and the number of callers is limited before they get here.
    const pool = await WorkerPool.start({
      ...{ module: WORKER, init, size: workers, name: 'encoder' },
      slots: DeviceSlots.of(device),
      maxQueue: Infinity,
    });
    const { length } = await pool.call<Float32Array>('embed', { text: '' });
    return new EncoderPool(pool, workers, length);
  }

  private constructor(
    private readonly pool: WorkerPool,
    private readonly workers: number,
    /** Length of each vector: 384 for MiniLM. */
    readonly dimensions: number,
  ) {}

  /**
   * One L2-normalised vector per text, in the order of the texts; no texts give no vectors.
   *
   * Callers take turns text by text, live runs first: one question does not wait for ten thousand documents.
   * Rejects at once with the signal's reason on abort, and with `UNAVAILABLE` if the worker died or is closed.
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.forEach<Float32Array>('embed', texts, signal);
  }

  /** As {@link embed}, with the state and the position of every token, in the same single pass. */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]> {
    return this.forEach<Encoded>('encode', texts, signal);
  }

  private async forEach<Output>(
    method: 'embed' | 'encode',
    texts: readonly string[],
    signal?: AbortSignal,
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

  /** Lets the running text finish; waiting callers are rejected with `UNAVAILABLE`. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
