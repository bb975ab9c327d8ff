import { Placing } from '../model/placing.js';
import { firstItems, NOWHERE, type Places, type Problem } from '../model/problem.js';
import { largestFirst, roomWithCompany } from './order.js';
import { placeOne } from './place-one.js';

/** What repairs need again and again. */
export class Decoder {
  /** All items, companions before those that need them. */
  private readonly order: Int32Array;
  private readonly room: Float64Array;

  constructor(private readonly problem: Problem) {
    const first = firstItems(problem);
    const items: number[] = [];
    for (const group of largestFirst(problem))
      for (let item = first[group]!; item < first[group + 1]!; item++) items.push(item);
    this.order = Int32Array.from(items);
    this.room = roomWithCompany(problem);
  }

  /** The number of items. */
  get items(): number {
    return this.order.length;
  }

  /**
   * Repairs wishes into a plan that keeps every limit: each item goes to the node it wishes for if it fits there, and the
   * others then go to where they cost least. What fits nowhere has no place.
   */
  decode(wishes: Places): Placing {
    const placing = new Placing(this.problem);
    const left: number[] = [];
    for (const item of this.order) {
      const node = wishes[item]!;
      if (node !== NOWHERE && placing.fits(placing.groupOf[item]!, node)) placing.add(item, node);
      else left.push(item);
    }
    let full = -1;
    for (const item of left) {
      const group = placing.groupOf[item]!;
      if (group !== full && !placeOne(placing, item, this.room)) full = group;
    }
    placing.prune();
    return placing;
  }
}
