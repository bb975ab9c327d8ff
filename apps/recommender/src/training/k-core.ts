import type { LeftOutCount } from './left-out.js';
import type { TrainingSet } from './training-set.js';

/**
 * The k-core: drops users, then items, with fewer than `least` interactions until all remaining ones have enough, and
 * renumbers the rest. Users and items without interactions are dropped also if `least` is 1.
 */
export function keepCore(set: TrainingSet, least: number, leftOut: LeftOutCount): TrainingSet {
  const keepUser = new Uint8Array(set.users.length).fill(1);
  const keepItem = new Uint8Array(set.items.length).fill(1);
  for (;;) {
    const byUser = dropRareUsers(set, least, keepUser, keepItem);
    const byItem = dropRareItems(set, least, keepUser, keepItem);
    leftOut.add('rare_user', byUser);
    leftOut.add('rare_item', byItem);
    if (byUser + byItem === 0) break;
  }
  return { ...renumber(set, keepUser, keepItem), leftOut: leftOut.toRecord() };
}

/** @returns how many interactions are dropped. */
function dropRareUsers(set: TrainingSet, least: number, keepUser: Uint8Array, keepItem: Uint8Array): number {
  let left = 0;
  for (let u = 0; u < keepUser.length; u++) {
    if (!keepUser[u]) continue;
    const own = set.itemsOf.subarray(set.offsets[u], set.offsets[u + 1]);
    const count = own.reduce((sum, item) => sum + keepItem[item]!, 0);
    if (count >= least) continue;
    keepUser[u] = 0;
    left += count;
  }
  return left;
}

function dropRareItems(set: TrainingSet, least: number, keepUser: Uint8Array, keepItem: Uint8Array): number {
  const counts = new Uint32Array(keepItem.length);
  for (let u = 0; u < keepUser.length; u++) {
    if (!keepUser[u]) continue;
    for (let at = set.offsets[u]!; at < set.offsets[u + 1]!; at++) counts[set.itemsOf[at]!]! += 1;
  }
  let left = 0;
  for (let item = 0; item < keepItem.length; item++) {
    if (!keepItem[item] || counts[item]! >= least) continue;
    keepItem[item] = 0;
    left += counts[item]!;
  }
  return left;
}

function renumber(
  set: TrainingSet,
  keepUser: Uint8Array,
  keepItem: Uint8Array,
): Pick<TrainingSet, 'users' | 'items' | 'offsets' | 'itemsOf'> {
  const numbers = new Int32Array(keepItem.length).fill(-1);
  const items = set.items.filter((_, item) => keepItem[item]);
  for (let item = 0, next = 0; item < keepItem.length; item++) if (keepItem[item]) numbers[item] = next++;
  const users: string[] = [];
  const offsets: number[] = [0];
  const itemsOf = new Uint32Array(set.itemsOf.length);
  let written = 0;
  for (let u = 0; u < keepUser.length; u++) {
    if (!keepUser[u]) continue;
    for (let at = set.offsets[u]!; at < set.offsets[u + 1]!; at++) {
      const number = numbers[set.itemsOf[at]!]!;
      if (number >= 0) itemsOf[written++] = number;
    }
    users.push(set.users[u]!);
    offsets.push(written);
  }
  return { users, items, offsets: Uint32Array.from(offsets), itemsOf: itemsOf.slice(0, written) };
}
