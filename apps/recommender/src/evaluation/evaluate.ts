import type { OutputOf } from '@llmos/contracts';
import type { evaluate, RankingFigures } from '@llmos/contracts/capabilities/recommender-training';
import type { HeldOut } from '../training/hold-out.js';
import type { RawInteraction } from '../training/interaction-table.js';
import { totalLeftOut } from '../training/left-out.js';
import { runInWorker } from '../training/run-in-worker.js';
import type { TrainingSettings } from '../training/settings.js';
import type { TrainingProgress } from '../training/training-control.js';
import { gatherRows, type TrainingSetOptions } from '../training/training-set.js';
import type { Protocol } from './evaluation-job.js';
import type { EvaluationResult } from './run-evaluation.js';

export interface EvaluateOptions extends TrainingSettings, TrainingSetOptions {
  readonly protocol: Protocol;
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/**
 * Trains on the rows of a file and measures by a published protocol (see `splitNcf`, `splitFull`), in a thread of its
 * own. The same rows, settings and seed give the same figures.
 *
 * @throws LlmosError `INVALID_ARGUMENT` if the rows are too few for the training or the measurement.
 */
export async function evaluateFile(
  rows: Iterable<RawInteraction & { readonly user: string }>,
  options: EvaluateOptions,
): Promise<Omit<OutputOf<typeof evaluate>, 'rejections'>> {
  const started = performance.now();
  const { protocol, seed, threads, signal, onProgress, minInteractions, minValue, nowMs, ...settings } = options;
  const set = await gatherRows(rows, { minInteractions, minValue, nowMs, signal });
  const { figures, algorithm } = await runInWorker<EvaluationResult>(
    { kind: 'evaluate', set, settings, protocol, seed },
    { threads, signal, onProgress },
  );
  const seconds = (performance.now() - started) / 1_000;
  return { ...figures, protocol, algorithm, seed, leftOut: totalLeftOut(set.leftOut), seconds };
}

/**
 * Measures a model file on the held-out part of `splitHoldOut`, by a full ranking of the items that are new to each
 * user. Used to compare a new model with the serving one on the same held-out interactions.
 */
export async function evaluateHoldOut(
  modelPath: string,
  heldOut: HeldOut,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: TrainingProgress) => void } = {},
): Promise<RankingFigures> {
  const { figures } = await runInWorker<EvaluationResult>({ kind: 'hold-out', modelPath, heldOut }, options);
  return figures;
}
