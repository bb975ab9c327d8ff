import { LlmosError } from '@llmos/contracts';
import type { RankingFigures } from '@llmos/contracts/capabilities/recommender-training';
import { openModel, viewModel } from '../model/model-file.js';
import { seededRandom } from '@llmos/learning';
import type { Algorithm } from '../training/settings.js';
import { trainModel } from '../training/train-model.js';
import type { TrainingControl } from '../training/training-control.js';
import type { EvaluationJob } from './evaluation-job.js';
import { measure } from './measure.js';
import { splitFull, splitNcf } from './protocols.js';

export interface EvaluationResult {
  readonly figures: RankingFigures;
  readonly algorithm: Algorithm;
}

/** Runs a measurement on the calling thread, which is the worker. */
export async function runEvaluation(
  job: EvaluationJob,
  control: TrainingControl,
  threads: number,
): Promise<EvaluationResult> {
  return job.kind === 'evaluate' ? trainAndMeasure(job, control, threads) : measureFile(job, control);
}

async function trainAndMeasure(
  { set, settings, protocol, seed }: Extract<EvaluationJob, { kind: 'evaluate' }>,
  control: TrainingControl,
  threads: number,
): Promise<EvaluationResult> {
  const random = seededRandom(seed);
  const { train, heldOut, negatives } = protocol === 'ncf' ? splitNcf(set, random) : splitFull(set, random);
  if (heldOut.targets.length === 0) {
    throw new LlmosError(
      'INVALID_ARGUMENT',
      `There is nothing to measure: ${set.users.length} users have too few interactions for the protocol "${protocol}".`,
      { field: 'file' },
    );
  }
  const trained = await trainModel(train, { ...settings, seed }, control, { threads });
  const figures = await measure(viewModel(trained), heldOut, control, negatives);
  return { figures, algorithm: trained.settings.algorithm };
}

async function measureFile(
  { modelPath, heldOut }: Extract<EvaluationJob, { kind: 'hold-out' }>,
  control: TrainingControl,
): Promise<EvaluationResult> {
  const model = await openModel(modelPath);
  try {
    return { figures: await measure(model, heldOut, control), algorithm: model.info.algorithm };
  } finally {
    model.close();
  }
}
