import type { TrainingSet } from './training-set.js';

/** What a model is measured with: what some users had first, and what they had then. */
export interface HeldOut {
  readonly items: readonly string[];
  readonly historyOffsets: Uint32Array;
  readonly history: Uint32Array;
  readonly targetOffsets: Uint32Array;
  readonly targets: Uint32Array;
}

/** Users whose newest interactions are kept for measuring, as long as there are that many. */
const MEASURED_USERS = 2_000;
const MAX_SHARE = 0.5;
const MIN_SHARE = 0.02;
/** The newest fifth is held out. */
const HELD_OUT_SHARE = 0.2;
const MIN_INTERACTIONS = 2;

/**
 * Splits by time: of the measured users, the newest fifth of their interactions (one at least) is held out.
 *
 * Who is measured is decided by a hash of the user's name, so it is the same people at every training, and as users
 * are added the share shrinks within the same order. As nobody's held-out part moves back in time, neither the new
 * model nor the one it may replace has learnt from what both are measured with, and the new one can be served as it
 * is, without a second training.
 */
export function splitHoldOut(set: TrainingSet): { train: TrainingSet; heldOut: HeldOut } {
  const share = Math.min(MAX_SHARE, Math.max(MIN_SHARE, MEASURED_USERS / Math.max(1, set.users.length)));
  const cut = (user: number, length: number) =>
    length >= MIN_INTERACTIONS && hashOf(set.users[user]!) < share
      ? length - Math.max(1, Math.floor(length * HELD_OUT_SHARE))
      : length;
  return splitAt(set, cut);
}

/** Splits each user's items at a place: what is before it is learnt from (and is the history), the rest is held out. */
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

/** FNV-1a with a final mix (MurmurHash3's), as a share of 1. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
