import type { TrainingSettings } from './settings.js';
import type { TrainedModel } from './trained-model.js';
import type { TrainingProgress } from './training-control.js';
import { runInWorker } from './run-in-worker.js';
import type { TrainingSet } from './training-set.js';

/** Where iALS leaves its place between sweeps, so that a training that was cut off goes on. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  /** Called after each sweep, one at a time. What it throws ends nothing: an older checkpoint only costs a sweep more. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface TrainOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly checkpoint?: CheckpointStore;
}

/**
 * Trains in a thread of its own, so that requests are answered meanwhile. A checkpoint that belongs to other
 * interactions or settings is not used. Aborting rejects with the signal's reason at the next pause (seconds).
 */
export class Trainer {
  constructor(private readonly options: { readonly threads?: number } = {}) {}

  /** @throws LlmosError `INVALID_ARGUMENT` when nothing can be learnt; see `resolveSettings`. */
  async train(set: TrainingSet, settings: TrainingSettings, options: TrainOptions = {}): Promise<TrainedModel> {
    const { signal, onProgress, checkpoint } = options;
    const start = await checkpoint?.load();
    let saving: Promise<unknown> = Promise.resolve();
    const onCheckpoint = (bytes: Uint8Array) => {
      saving = saving.then(() => checkpoint?.save(bytes)).catch(() => undefined);
    };
    const job = { kind: 'train', set: { ...set, users: [] }, settings, checkpoint: start } as const;
    try {
      return await runInWorker<TrainedModel>(job, { ...this.options, signal, onProgress, onCheckpoint });
    } finally {
      await saving;
    }
  }
}
