import { sampleOf } from '../model/sample-of.js';
import { splitAt, type HeldOut } from '../training/hold-out.js';
import type { TrainingSet } from '../training/training-set.js';

/** What is learnt from, what is measured with, and how a user's candidates are found. */
export interface Split {
  readonly train: TrainingSet;
  readonly heldOut: HeldOut;
  /** Items a target is ranked among besides itself, for each measured user; absent: every item not in the history. */
  readonly negatives?: readonly Uint32Array[];
}

/** The target and 99 others. */
const NEGATIVES = 99;
/** Of the users with enough interactions, this share is held out, and no more than this many. */
const HELD_OUT_SHARE = 0.2;
const MAX_HELD_OUT_USERS = 10_000;
/** With fewer, a fifth is nothing. */
const MIN_INTERACTIONS = 5;
const TARGET_SHARE = 0.2;

/**
 * The protocol of He et al. 2017 ("Neural collaborative filtering"): leave one out. Each user's newest item is ranked
 * among 99 items drawn from those the user never touched; users with a single interaction are only learnt from.
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
 * most 10,000) is held out whole. The model never sees them; it is given a random 80 % of each one's items as history
 * and every other item is ranked. Items nobody else has are left out, as they cannot be learnt.
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
  // Drawing until it fits is quick while most items fit; with few left, they are listed.
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
