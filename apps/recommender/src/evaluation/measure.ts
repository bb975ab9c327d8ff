import type { RankingFigures } from '@llmos/contracts/capabilities/recommender-training';
import type { ItemModel } from '../model/item-model.js';
import type { HeldOut } from '../training/hold-out.js';
import type { TrainingControl } from '../training/training-control.js';
import { historyOf, targetsOf } from './protocols.js';
import { figuresOfUser, ranksOf, summarise, type UserFigures } from './ranking-figures.js';

/** A cancellation takes effect after this many users. */
const USERS_PER_PART = 200;

/**
 * Ranks the items that are new to each measured user, and computes the figures from the ranks of the targets. A target
 * that the model does not know gets the last rank. Users without a target are not counted.
 */
export async function measure(
  model: ItemModel,
  heldOut: HeldOut,
  control: Pick<TrainingControl, 'pause'>,
  negatives?: readonly Uint32Array[],
): Promise<RankingFigures> {
  const numbers = Int32Array.from(heldOut.items, (item) => model.indexOf(item) ?? -1);
  const users = heldOut.targetOffsets.length - 1;
  const figures: UserFigures[] = [];
  for (let user = 0; user < users; user++) {
    if (user % USERS_PER_PART === 0) await control.pause({ stage: 'measuring', done: user, total: users });
    const targets = targetsOf(heldOut, user);
    if (targets.length === 0) continue;
    const own = (items: Uint32Array) => items.map((item) => numbers[item]! + 1);
    const others = negatives?.[user];
    figures.push(
      figuresOfUser(ranksForUser(model, own(historyOf(heldOut, user)), own(targets), others && own(others))),
    );
  }
  return summarise(figures, heldOut.items.length);
}

/** Items are numbered from 1 here; 0 is an item that the model does not know. */
function ranksForUser(
  model: ItemModel,
  history: Uint32Array,
  targets: Uint32Array,
  negatives: Uint32Array | undefined,
): number[] {
  const items = history.filter((item) => item > 0).map((item) => item - 1);
  const scores = model.scores({ items, weights: new Float32Array(items.length).fill(1) });
  const scoreOf = (item: number) => (item > 0 ? scores[item - 1]! : -Infinity);
  if (!negatives) for (const item of items) scores[item] = -Infinity;
  const candidates = negatives ? Float32Array.from([...negatives, ...targets], scoreOf) : scores;
  return ranksOf(candidates, Array.from(targets, scoreOf));
}
