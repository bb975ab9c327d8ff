import { trainEase } from './ease.js';
import { trainIals } from './ials.js';
import { resolveSettings, type TrainingSettings } from './settings.js';
import type { TrainedModel } from './trained-model.js';
import type { TrainingControl } from './training-control.js';
import { countItems, interactionsOf, type TrainingSet } from './training-set.js';

/** Trains on the calling thread, which is the worker. It can take minutes. */
export async function trainModel(
  set: TrainingSet,
  asked: TrainingSettings,
  control: TrainingControl,
  { threads, checkpoint }: { threads: number; checkpoint?: Uint8Array },
): Promise<TrainedModel> {
  const settings = resolveSettings(asked, set);
  const learnt =
    settings.algorithm === 'ease'
      ? { rows: await trainEase(set, settings, threads, control), gram: new Float32Array(0) }
      : await trainIals(set, settings, control, checkpoint);
  return {
    settings,
    users: set.offsets.length - 1,
    interactions: interactionsOf(set),
    items: set.items,
    counts: countItems(set),
    ...learnt,
  };
}
