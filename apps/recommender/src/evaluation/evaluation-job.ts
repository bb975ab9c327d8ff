import type { HeldOut } from '../training/hold-out.js';
import type { TrainingSettings } from '../training/settings.js';
import type { TrainingSet } from '../training/training-set.js';

/**
 * `ncf`: the newest item of each user among 99 sampled others (He et al. 2017).
 * `full`: every item is ranked for users held out of training (Liang et al. 2018).
 */
export type Protocol = 'ncf' | 'full';

/** What a worker can be asked to measure. */
export type EvaluationJob =
  | {
      readonly kind: 'evaluate';
      readonly set: TrainingSet;
      readonly settings: TrainingSettings;
      readonly protocol: Protocol;
      readonly seed: number;
    }
  | { readonly kind: 'hold-out'; readonly modelPath: string; readonly heldOut: HeldOut };
