import { Placing } from '../model/placing.js';
import { firstItems, NOWHERE, type Places, type Problem } from '../model/problem.js';
import { cheapestNode, peakOf } from './costs.js';
import { companionsFirst } from './order.js';

/** All items, companions before those that need them. */
export function itemsInOrder(problem: Problem): Int32Array {
  const first = firstItems(problem);
  const items: number[] = [];
  for (const group of companionsFirst(problem))
    for (let item = first[group]!; item < first[group + 1]!; item++) items.push(item);
  return Int32Array.from(items);
}

/**
 * Repairs wishes into a plan that keeps every limit: each item goes to the node it wishes for if it fits there, and the
 * others then go to where they cost least. What fits nowhere has no place.
 */
export function decode(problem: Problem, wishes: Places, order: Int32Array): Placing {
  const placing = new Placing(problem);
  const left: number[] = [];
  for (const item of order) {
    const node = wishes[item]!;
    if (node !== NOWHERE && placing.fits(placing.groupOf[item]!, node)) placing.add(item, node);
    else left.push(item);
  }
  let full = -1;
  for (const item of left) {
    const group = placing.groupOf[item]!;
    if (group === full) continue;
    const node = cheapestNode(placing, group, peakOf(placing));
    if (node === undefined) full = group;
    else placing.add(item, node);
  }
  placing.prune();
  return placing;
}
