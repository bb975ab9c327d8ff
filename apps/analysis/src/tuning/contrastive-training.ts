import { Adam, seededRandom } from '@llmos/learning';
import type { PairBatch } from '@llmos/models';
import type { TunableBody } from '../ports/tunable-body.port.js';
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
  /** Called after each of {@link STEPS}. */
  readonly onStep?: () => void;
}

/** Batches that an update is learnt from: more of them fit the examples closer and new texts no better. */
export const STEPS = 40;
const RATE = 2e-3;
/** Steps in which the rate grows to its full size; from there it falls to nothing. */
const WARM_UP = 4;
const SEED = 7;

/**
 * Learns a low-rank update (LoRA) of the encoder, with which texts of one label come to lie together: contrastive pairs, as in SetFit
 * (Tunstall et al. 2022), all those of a batch at once. The same examples give the same update.
 *
 * Rejects with the signal's reason on abort, between two steps.
 */
export async function trainUpdate(
  body: Pick<TunableBody, 'gradient'>,
  examples: readonly LabelledText[],
  { layout, signal, onStep }: TuningOptions,
): Promise<Float32Array> {
  const random = seededRandom(SEED);
  const update = freshUpdate(layout, random);
  const adam = new Adam(update.length);
  const deck = new BalancedBatches(
    examples.map(({ label }) => label),
    random,
  );
  for (let step = 0; step < STEPS; step++) {
    const batch = deck.deal().map((at) => examples[at]!);
    const pairs: PairBatch = {
      ...pairTargets(batch.map(({ label }) => label)),
      texts: batch.map(({ text }) => text),
      update,
    };
    const { gradient } = await body.gradient(pairs, signal);
    adam.step(update, gradient, RATE * Math.min(1, (step + 1) / WARM_UP) * (1 - step / STEPS));
    onStep?.();
  }
  return update;
}
