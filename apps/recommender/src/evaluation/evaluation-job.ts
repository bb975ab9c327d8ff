import type { HeldOut } from '../training/hold-out.js';
import type { TrainingSettings } from '../training/settings.js';
import type { TrainingSet } from '../training/training-set.js';

/**
 * `ncf`: ranks the newest item of each user among 99 sampled items (He et al. 2017).
 * `full`: ranks all items for users held out of training (Liang et al. 2018).
 */
export type Protocol = 'ncf' | 'full';

/** A measurement for the worker. */
export type EvaluationJob =
  | {
      readonly kind: 'evaluate';
      readonly set: TrainingSet;
      readonly settings: TrainingSettings;
      readonly protocol: Protocol;
      readonly seed: number;
    }
  | { readonly kind: 'hold-out'; readonly modelPath: string; readonly heldOut: HeldOut };
