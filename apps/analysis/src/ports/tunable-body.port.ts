import type { Gradient, PairBatch } from '@llmos/models';

/** The shared encoder with a low-rank update (LoRA), each call with its own. */
export interface TunableBody {
  /** One L2-normalised vector a text. Rejects with the signal's reason on abort. */
  embed(texts: readonly string[], update: Float32Array, signal?: AbortSignal): Promise<Float32Array[]>;
  /** In which direction an update should change. Rejects with the signal's reason on abort. */
  gradient(batch: PairBatch, signal?: AbortSignal): Promise<Gradient>;
  /** Lets a running pass finish. */
  close(): Promise<void>;
}
