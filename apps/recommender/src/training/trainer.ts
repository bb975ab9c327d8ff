import type { TrainingSettings } from './settings.js';
import type { TrainedModel } from './trained-model.js';
import type { TrainingProgress } from './training-control.js';
import { runInWorker } from './run-in-worker.js';
import type { TrainingSet } from './training-set.js';

/** Stores the state of iALS between sweeps, so that an interrupted training can continue. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  /** Called after each sweep, one at a time. An error does not end the training; an older checkpoint costs a sweep. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface TrainOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly checkpoint?: CheckpointStore;
}

/**
 * Trains in a thread of its own, so that the process can answer requests meanwhile. A checkpoint of other interactions
 * or settings is not used. On abort it rejects with the signal's reason at the next pause, within seconds.
 */
export class Trainer {
  constructor(private readonly options: { readonly threads?: number } = {}) {}

  /** @throws LlmosError `INVALID_ARGUMENT` if there is too little data; see `resolveSettings`. */
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
