import type { TrainingSet } from './training-set.js';

/** The data to measure a model with: for some users the first items (history) and the later ones (targets). */
export interface HeldOut {
  readonly items: readonly string[];
  readonly historyOffsets: Uint32Array;
  readonly history: Uint32Array;
  readonly targetOffsets: Uint32Array;
  readonly targets: Uint32Array;
}

/** The intended number of measured users, within the shares below. */
const MEASURED_USERS = 2_000;
const MAX_SHARE = 0.5;
const MIN_SHARE = 0.02;
/** The share of a measured user's interactions that is held out. */
const HELD_OUT_SHARE = 0.2;
const MIN_INTERACTIONS = 2;

/**
 * Splits by time: the newest fifth of the interactions of each measured user (at least one) is held out.
 *
 * A hash of the user id decides which users are measured. So the same users are measured at every training; as users
 * are added, the share decreases in the same order. A held-out part never moves back in time. Therefore neither the
 * new model nor the serving one was trained on the held-out interactions, and the new model can serve without a second
 * training.
 */
export function splitHoldOut(set: TrainingSet): { train: TrainingSet; heldOut: HeldOut } {
  const share = Math.min(MAX_SHARE, Math.max(MIN_SHARE, MEASURED_USERS / Math.max(1, set.users.length)));
  const cut = (user: number, length: number) =>
    length >= MIN_INTERACTIONS && hashOf(set.users[user]!) < share
      ? length - Math.max(1, Math.floor(length * HELD_OUT_SHARE))
      : length;
  return splitAt(set, cut);
}

/** Splits the items of each user: the first `cut` items are for training and are the history; the rest is held out. */
export function splitAt(
  set: TrainingSet,
  cut: (user: number, length: number) => number,
): { train: TrainingSet; heldOut: HeldOut } {
  const [itemsOf, history, targets]: number[][] = [[], [], []];
  const [offsets, historyOffsets, targetOffsets]: number[][] = [[0], [0], [0]];
  for (let user = 0; user < set.users.length; user++) {
    const own = set.itemsOf.subarray(set.offsets[user], set.offsets[user + 1]);
    const at = cut(user, own.length);
    for (let i = 0; i < at; i++) itemsOf!.push(own[i]!);
    offsets!.push(itemsOf!.length);
    if (at === own.length) continue;
    own.forEach((item, i) => (i < at ? history : targets)!.push(item));
    historyOffsets!.push(history!.length);
    targetOffsets!.push(targets!.length);
  }
  const typed = (numbers: number[] | undefined) => Uint32Array.from(numbers ?? []);
  return {
    train: { ...set, offsets: typed(offsets), itemsOf: typed(itemsOf) },
    heldOut: {
      items: set.items,
      historyOffsets: typed(historyOffsets),
      history: typed(history),
      targetOffsets: typed(targetOffsets),
      targets: typed(targets),
    },
  };
}

/** FNV-1a with the final mix of MurmurHash3, as a number from 0 to 1. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
