import type { ErrorCode } from '@llmos/contracts';
import type { EvaluationJob } from '../evaluation/evaluation-job.js';
import type { TrainingSettings } from './settings.js';
import type { TrainingProgress } from './training-control.js';
import type { TrainingSet } from './training-set.js';

/** The job of a worker thread; it runs one job and exits. */
export type WorkerJob =
  | {
      readonly kind: 'train';
      readonly set: TrainingSet;
      readonly settings: TrainingSettings;
      readonly checkpoint?: Uint8Array;
    }
  | EvaluationJob;

export interface WorkerData {
  readonly job: WorkerJob;
  readonly threads: number;
}

/** The only message to a worker. */
export const CANCEL = 'cancel';

/** A message from a worker. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'checkpoint'; readonly bytes: Uint8Array }
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly code?: ErrorCode; readonly field?: string; readonly message: string };
