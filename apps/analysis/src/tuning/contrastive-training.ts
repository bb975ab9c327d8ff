import { Adam, seededRandom } from '@llmos/learning';
import type { PairBatch, TunableEncoder } from '@llmos/models';
import { BalancedBatches, pairTargets } from './balanced-batches.js';
import { freshUpdate, type UpdateLayout } from './update-layout.js';

/** One example: its label and its text. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

export interface TuningOptions {
  readonly layout: UpdateLayout;
  readonly signal?: AbortSignal | undefined;
  /** Called after each of the {@link STEPS}. */
  readonly onStep?: () => void;
}

/** Batches per training. With more, the update fits the examples better but not new texts. */
export const STEPS = 40;
const RATE = 2e-3;
/** Steps until the rate reaches its maximum; after that it decreases linearly to 0. */
const WARM_UP = 4;
const SEED = 7;

/**
 * Trains a low-rank update (LoRA) of the encoder that moves texts of one label together. It uses contrastive pairs as
 * SetFit does (Tunstall et al. 2022), all pairs of a batch at once. The same examples give the same update.
 *
 * On abort it rejects with the signal's reason between two steps.
 */
export async function trainUpdate(
  encoder: Pick<TunableEncoder, 'gradient'>,
  examples: readonly LabelledText[],
  { layout, signal, onStep }: TuningOptions,
): Promise<Float32Array> {
  const random = seededRandom(SEED);
  const update = freshUpdate(layout, random);
  const adam = new Adam(update.length);
  const batches = new BalancedBatches(
    examples.map(({ label }) => label),
    random,
  );
  for (let step = 0; step < STEPS; step++) {
    const batch = batches.next().map((at) => examples[at]!);
    const pairs: PairBatch = {
      ...pairTargets(batch.map(({ label }) => label)),
      texts: batch.map(({ text }) => text),
      update,
    };
    const { gradient } = await encoder.gradient(pairs, signal);
    adam.step(update, gradient, RATE * Math.min(1, (step + 1) / WARM_UP) * (1 - step / STEPS));
    onStep?.();
  }
  return update;
}
