import { sampleOf } from '../model/sample-of.js';
import { splitAt, type HeldOut } from '../training/hold-out.js';
import type { TrainingSet } from '../training/training-set.js';

export interface Split {
  readonly train: TrainingSet;
  readonly heldOut: HeldOut;
  /** The items among which the targets of each measured user are ranked. Default: all items outside the history. */
  readonly negatives?: readonly Uint32Array[];
}

const NEGATIVES = 99;
/** This share of the users with enough interactions is held out, up to the maximum. */
const HELD_OUT_SHARE = 0.2;
const MAX_HELD_OUT_USERS = 10_000;
/** With fewer interactions, a fifth of them is less than one. */
const MIN_INTERACTIONS = 5;
const TARGET_SHARE = 0.2;

/**
 * The protocol of He et al. 2017 ("Neural collaborative filtering"): leave one out. The newest item of each user is
 * ranked among 99 sampled items that are new to the user. Users with a single interaction are used for training only.
 */
export function splitNcf(set: TrainingSet, random: () => number): Split {
  const split = splitAt(set, (_, length) => (length > 1 ? length - 1 : length));
  const { heldOut } = split;
  const everyItem = Uint32Array.from(set.items.keys());
  const negatives = Array.from({ length: heldOut.targetOffsets.length - 1 }, (_, user) => {
    const own = new Set([...historyOf(heldOut, user), ...targetsOf(heldOut, user)]);
    return drawOthers(everyItem, own, random);
  });
  return { ...split, negatives };
}

/**
 * Strong generalisation as in Liang et al. 2018 and Steck 2019: a fifth of the users with at least 5 interactions (at
 * most 10,000 users) is held out. The model is not trained on them. A random 80 % of the items of each is the history,
 * and all other items are ranked. Items that no other user has are left out, because they cannot be learnt.
 */
export function splitFull(set: TrainingSet, random: () => number): Split {
  const lengthOf = (user: number) => set.offsets[user + 1]! - set.offsets[user]!;
  const eligible = set.users.map((_, user) => user).filter((user) => lengthOf(user) >= MIN_INTERACTIONS);
  const count = Math.min(MAX_HELD_OUT_USERS, Math.ceil(eligible.length * HELD_OUT_SHARE));
  const measured = new Set(sampleOf(eligible, count, random));
  const { train } = splitAt(set, (user, length) => (measured.has(user) ? 0 : length));
  const known = new Set(train.itemsOf);
  const shuffled = set.itemsOf.slice();
  for (const user of measured) {
    const own = [...set.itemsOf.subarray(set.offsets[user], set.offsets[user + 1])];
    shuffled.set(sampleOf(own, own.length, random), set.offsets[user]);
  }
  const { heldOut } = splitAt({ ...set, itemsOf: shuffled }, (user, length) =>
    measured.has(user) ? length - Math.max(1, Math.floor(length * TARGET_SHARE)) : length,
  );
  return { train, heldOut: onlyKnown(heldOut, known) };
}

export function historyOf({ history, historyOffsets }: HeldOut, user: number): Uint32Array {
  return history.subarray(historyOffsets[user], historyOffsets[user + 1]);
}

export function targetsOf({ targets, targetOffsets }: HeldOut, user: number): Uint32Array {
  return targets.subarray(targetOffsets[user], targetOffsets[user + 1]);
}

function drawOthers(items: Uint32Array, own: ReadonlySet<number>, random: () => number): Uint32Array {
  const wanted = Math.min(NEGATIVES, items.length - own.size);
  // Rejection sampling is fast while most items are candidates; with few candidates they are listed.
  if (own.size * 2 > items.length) {
    const others = [...items].filter((item) => !own.has(item));
    return Uint32Array.from(sampleOf(others, wanted, random));
  }
  const drawn = new Set<number>();
  while (drawn.size < wanted) {
    const item = Math.floor(random() * items.length);
    if (!own.has(item)) drawn.add(item);
  }
  return Uint32Array.from(drawn);
}

function onlyKnown(heldOut: HeldOut, known: ReadonlySet<number>): HeldOut {
  const [history, targets]: number[][] = [[], []];
  const [historyOffsets, targetOffsets]: number[][] = [[0], [0]];
  for (let user = 0; user + 1 < heldOut.targetOffsets.length; user++) {
    for (const item of historyOf(heldOut, user)) if (known.has(item)) history!.push(item);
    for (const item of targetsOf(heldOut, user)) if (known.has(item)) targets!.push(item);
    historyOffsets!.push(history!.length);
    targetOffsets!.push(targets!.length);
  }
  const typed = (numbers: number[] | undefined) => Uint32Array.from(numbers ?? []);
  return {
    items: heldOut.items,
    history: typed(history),
    targets: typed(targets),
    historyOffsets: typed(historyOffsets),
    targetOffsets: typed(targetOffsets),
  };
}
