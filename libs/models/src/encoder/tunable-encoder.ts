import { DeviceSlots } from '../inference/device-slots.js';
import type { TunableEncoderInit } from './tunable-encoder.worker.js';
import { WorkerPool } from '../inference/worker-pool.js';

export interface TunableEncoderOptions {
  /** Path of the ONNX model whose weights fill the graphs. */
  readonly model: string;
  /** Path of its `tokenizer.json`. */
  readonly tokenizer: string;
  /** Path of the graph without weights that turns texts and an update into vectors. */
  readonly encoderGraph: string;
  /** Path of the graph of the loss and its derivative; without it no update can be trained. */
  readonly gradientGraph?: string | undefined;
  /** Longer texts are cut. Default 256. */
  readonly maxTokens?: number;
}

/** Texts, and the wanted similarity of each pair of them: texts × texts, row-major. */
export interface PairBatch {
  readonly texts: readonly string[];
  /** The wanted cosine of each pair. */
  readonly same: Float32Array;
  /** The weight of each pair. */
  readonly weight: Float32Array;
  readonly update: Float32Array;
}

export interface Gradient {
  /** The weighted sum of (cosine - same)². */
  readonly loss: number;
  /** Its derivative with respect to each number of the update. */
  readonly gradient: Float32Array;
}

const DEFAULT_MAX_TOKENS = 256;

/** Tests run from source, but a thread cannot run TypeScript modules: there the built worker is used. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/encoder/tunable-encoder.worker.js' : './tunable-encoder.worker.js',
  import.meta.url,
);

/**
 * An encoder with a fine-tuning of its own for each call: a low-rank update (LoRA, Hu et al. 2021) comes with the
 * text, so one session serves any number of them. It also computes the gradient of an update, so that updates can be
 * trained in the service that uses them.
 */
export class TunableEncoder {
  /**
   * Resolves when the worker has loaded.
   * @throws LlmosError UNAVAILABLE if the model, a graph or the tokenizer cannot be loaded.
   */
  static async start(options: TunableEncoderOptions): Promise<TunableEncoder> {
    const init: TunableEncoderInit = { maxTokens: DEFAULT_MAX_TOKENS, ...options };
    const pool = { module: WORKER, init, name: 'tunable-encoder', slots: DeviceSlots.of('cpu') };
    return new TunableEncoder(await WorkerPool.start(pool));
  }

  private constructor(private readonly pool: WorkerPool) {}

  /** One L2-normalised vector per text, in order. Rejects at once with the signal's reason on abort. */
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
