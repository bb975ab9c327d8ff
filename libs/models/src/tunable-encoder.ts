import { DeviceSlots } from './device-slots.js';
import type { TunableEncoderInit } from './tunable-encoder.worker.js';
import { WorkerPool } from './worker-pool.js';

export interface TunableEncoderOptions {
  /** Path of the ONNX model whose weights fill the graphs. */
  readonly model: string;
  /** Path of its `tokenizer.json`. */
  readonly tokenizer: string;
  /** Path of the graph without weights that turns texts and an update into vectors. */
  readonly encoderGraph: string;
  /** Path of the graph of the loss and its derivative; where it is left out, nothing can be learnt. */
  readonly gradientGraph?: string | undefined;
  /** Longer texts are cut. Default 256. */
  readonly maxTokens?: number;
}

/** Texts, and what the likeness of each pair of them ought to be: texts × texts, row-major. */
export interface PairBatch {
  readonly texts: readonly string[];
  /** The wanted cosine of each pair. */
  readonly same: Float32Array;
  /** How much each pair counts. */
  readonly weight: Float32Array;
  readonly update: Float32Array;
}

export interface Gradient {
  /** The weighted sum of (cosine - same)². */
  readonly loss: number;
  /** Its derivative by each number of the update. */
  readonly gradient: Float32Array;
}

const DEFAULT_MAX_TOKENS = 256;

/** Started from source (in tests) the worker is the built one: a thread cannot run TypeScript modules. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/tunable-encoder.worker.js' : './tunable-encoder.worker.js',
  import.meta.url,
);

/**
 * An encoder that each caller may fine-tune for itself: a low-rank update (LoRA, Hu et al. 2021) comes in with the text,
 * so one session serves any number of them. It also tells in which direction an update should change, so that an update
 * can be learnt where it is used.
 */
export class TunableEncoder {
  /**
   * Resolves once the worker has loaded.
   * @throws LlmosError UNAVAILABLE when the model, a graph or the tokenizer cannot be loaded.
   */
  static async start(options: TunableEncoderOptions): Promise<TunableEncoder> {
    const init: TunableEncoderInit = { maxTokens: DEFAULT_MAX_TOKENS, ...options };
    const pool = { module: WORKER, init, name: 'tunable-encoder', slots: DeviceSlots.of('cpu') };
    return new TunableEncoder(await WorkerPool.start(pool));
  }

  private constructor(private readonly pool: WorkerPool) {}

  /** One L2-normalised vector a text, in order. Rejects at once with the signal's reason on abort. */
  async embed(texts: readonly string[], update: Float32Array, signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) vectors.push(await this.pool.call('embed', { text, update }, { signal }));
    return vectors;
  }

  /** One forward and one backward pass over all texts of a batch together. */
  gradient(batch: PairBatch, signal?: AbortSignal): Promise<Gradient> {
    return this.pool.call('gradient', batch, { signal });
  }

  /** Lets a running pass finish. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
