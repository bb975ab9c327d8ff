import type { Placing } from '../model/placing.js';
import { NOWHERE } from '../model/problem.js';
import { cheapestNode, costOfAdding, peakOf, shareWith } from './costs.js';
import { sizesOf } from './order.js';

/** A change must be worth more than this; less is rounding. */
const LEAST = 1e-9;
/** Pairs are only tried where there are few: their number grows with the square. */
const MOST_SWAPPED = 400;
/** Nodes on which room is made for one item. */
const MOST_NODES_ASKED = 40;

/**
 * Improves a plan step by step until no step helps or the time is over: items without a place, cheaper places, exchanges
 * of two, nodes that can be emptied, the fullest node. A step that would leave an item without its company is not taken.
 */
export function improve(placing: Placing, isOver: () => boolean): void {
  for (let improved = true; improved && !isOver();) {
    improved = placeMissing(placing);
    improved = takeCheaper(placing, isOver) || improved;
    improved = exchange(placing, isOver) || improved;
    improved = emptyNodes(placing, isOver) || improved;
    improved = levelPeak(placing, isOver) || improved;
  }
}

/** Gives a place to items that have none; if there is no room, it moves others away. Gangs are placed whole or not. */
function placeMissing(placing: Placing): boolean {
  const { problem, placed } = placing;
  const lacking = [...placed.keys()].filter((group) => placed[group]! < problem.count[group]!);
  if (lacking.length === 0) return false;
  lacking.sort((a, b) => problem.penalty[b]! - problem.penalty[a]!);
  const sizes = sizesOf(problem);
  let improved = false;
  for (const group of lacking) {
    const before = placing.place.slice();
    const found = placeGroup(placing, group, sizes);
    if (problem.gang[group] && placed[group]! < problem.count[group]!) putBack(placing, before);
    else improved ||= found;
  }
  return improved;
}

function placeGroup(placing: Placing, group: number, sizes: Float64Array): boolean {
  const { place, first } = placing;
  let found = false;
  for (let item = first[group]!; item < first[group + 1]!; item++) {
    if (place[item] !== NOWHERE) continue;
    const among = (node: number) => placing.hasCompanyBeside(group, node);
    const node = cheapestNode(placing, group, { peak: peakOf(placing), among });
    if (node !== undefined) placing.add(item, node);
    // The replicas of a group are alike: where one finds no room, the next does not either.
    else if (!makeRoom(placing, item, sizes)) break;
    found = true;
  }
  return found;
}

function putBack(placing: Placing, before: Int32Array): void {
  const changed = [...before.keys()].filter((item) => before[item] !== placing.place[item]);
  for (const item of changed) placing.remove(item);
  for (const item of changed) if (before[item] !== NOWHERE) placing.add(item, before[item]!);
}

/** Moves others away from a node until the item fits, as far as all of them find a place elsewhere. */
function makeRoom(placing: Placing, item: number, sizes: Float64Array): boolean {
  const { problem, groupOf } = placing;
  const group = groupOf[item]!;
  const onNodes = itemsOnNodes(placing);
  let asked = 0;
  for (let node = 0; node < problem.nodes && asked < MOST_NODES_ASKED; node++) {
    const obstacle = placing.obstacle(group, node);
    if (obstacle === undefined || obstacle === 'not allowed' || 'rule' in obstacle) continue;
    if (!placing.hasCompanyBeside(group, node)) continue;
    asked++;
    const others = onNodes[node]!.filter((other) => groupOf[other] !== group);
    others.sort((a, b) => sizes[groupOf[b]!]! - sizes[groupOf[a]!]!);
    if (exchangeFor(placing, item, node, others)) return true;
  }
  return false;
}

function exchangeFor(placing: Placing, item: number, node: number, others: readonly number[]): boolean {
  const { problem, place, groupOf } = placing;
  const group = groupOf[item]!;
  const away: number[] = [];
  for (const other of others) {
    if (placing.fits(group, node)) break;
    if (!placing.mayLeave(groupOf[other]!, node)) continue;
    placing.remove(other);
    away.push(other);
  }
  let worth = problem.penalty[group]!;
  if (placing.fits(group, node) && placing.hasCompanyBeside(group, node)) {
    placing.add(item, node);
    for (const other of away) {
      const theirs = groupOf[other]!;
      const elsewhere = cheapestNode(placing, theirs, { peak: Infinity });
      if (elsewhere !== undefined && placing.hasCompanyBeside(theirs, elsewhere)) placing.add(other, elsewhere);
      else worth -= problem.gang[theirs] ? Infinity : problem.penalty[theirs]!;
    }
    if (worth > LEAST) return true;
  }
  placing.remove(item);
  for (const other of away) if (place[other] !== NOWHERE) placing.remove(other);
  for (const other of away) placing.add(other, node);
  return false;
}

function itemsOnNodes({ place, problem }: Placing): number[][] {
  const lists: number[][] = Array.from({ length: problem.nodes }, () => []);
  place.forEach((node, item) => node !== NOWHERE && lists[node]!.push(item));
  return lists;
}

/** Moves single items to where they cost less. */
function takeCheaper(placing: Placing, isOver: () => boolean): boolean {
  const { problem, place, groupOf } = placing;
  if (!problem.choiceCost && problem.movementWeight === 0) return false;
  let moved = false;
  for (let item = 0; item < place.length && !isOver(); item++) {
    const [from, group] = [place[item]!, groupOf[item]!];
    if (from === NOWHERE || !placing.mayLeave(group, from)) continue;
    placing.remove(item);
    const peak = peakOf(placing);
    const to = cheapestNode(placing, group, { peak }) ?? from;
    const gain = costOfAdding(placing, group, from, peak) - costOfAdding(placing, group, to, peak);
    const better = gain > LEAST && placing.hasCompanyBeside(group, to);
    placing.add(item, better ? to : from);
    moved ||= better;
  }
  return moved;
}

/** Exchanges two items where both together then cost less: in tight problems single moves find no room. */
function exchange(placing: Placing, isOver: () => boolean): boolean {
  const { problem, place, groupOf } = placing;
  const cost = problem.choiceCost;
  if (!cost || place.length > MOST_SWAPPED || problem.rules.length > 0) return false;
  const at = (item: number, node: number) => cost[groupOf[item]! * problem.nodes + node]!;
  let exchanged = false;
  for (let one = 0; one < place.length && !isOver(); one++)
    for (let two = one + 1; two < place.length; two++) {
      const [here, there] = [place[one]!, place[two]!];
      if (here === there || here === NOWHERE || there === NOWHERE) continue;
      if (at(one, here) + at(two, there) - at(one, there) - at(two, here) <= LEAST) continue;
      placing.remove(one);
      placing.remove(two);
      const fits = placing.fits(groupOf[one]!, there) && placing.fits(groupOf[two]!, here);
      placing.add(one, fits ? there : here);
      placing.add(two, fits ? here : there);
      exchanged ||= fits;
    }
  return exchanged;
}

/** Empties nodes whose items find room on others: the emptiest first. */
function emptyNodes(placing: Placing, isOver: () => boolean): boolean {
  const { problem, itemsOn } = placing;
  const used = [...itemsOn.keys()].filter((node) => itemsOn[node]! > 0 && problem.nodeCost[node]! > 0);
  used.sort((a, b) => placing.shareOf(a) - placing.shareOf(b));
  const sizes = sizesOf(problem);
  let emptied = false;
  for (const node of used) {
    if (isOver()) break;
    emptied = emptyNode(placing, node, sizes) || emptied;
  }
  return emptied;
}

/** Moves all items of a node to others if that costs less than the node. */
function emptyNode(placing: Placing, node: number, sizes: Float64Array): boolean {
  const { problem, place, groupOf, itemsOn } = placing;
  const items = [...place.keys()].filter((item) => place[item] === node);
  // Companions of what is here may be elsewhere in the zone: those moves are left to other steps.
  if (problem.rules.some(({ kind }) => kind === 'near') && items.some((item) => isNeeded(placing, groupOf[item]!)))
    return emptyTogether(placing, node, items);
  items.sort((a, b) => sizes[groupOf[b]!]! - sizes[groupOf[a]!]!);
  const peak = peakOf(placing);
  let gain = items.reduce((sum, item) => sum + costWithout(placing, item, node), problem.nodeCost[node]!);
  const done: number[] = [];
  for (const item of items) {
    const group = groupOf[item]!;
    const to = cheapestNode(placing, group, { peak, among: (each) => each !== node && itemsOn[each]! > 0 });
    if (to === undefined || !placing.hasCompanyBeside(group, to)) break;
    gain -= costOfAdding(placing, group, to, peak);
    if (gain <= LEAST) break;
    placing.remove(item);
    placing.add(item, to);
    done.push(item);
  }
  if (done.length === items.length && gain > LEAST) return true;
  for (const item of done) placing.remove(item);
  for (const item of done) placing.add(item, node);
  return emptyTogether(placing, node, items);
}

const isNeeded = ({ problem }: Placing, group: number) =>
  problem.rules.some(({ kind, other, group: one }) => kind === 'near' && (other === group || one === group));

/** The same with all of them on one other node: items that need each other stay together, and a small node may do. */
function emptyTogether(placing: Placing, node: number, items: readonly number[]): boolean {
  const { problem, groupOf, itemsOn } = placing;
  const peak = peakOf(placing);
  const gain = items.reduce((sum, item) => sum + costWithout(placing, item, node), problem.nodeCost[node]!);
  for (const item of items) placing.remove(item);
  for (let to = 0; to < problem.nodes; to++) {
    if (to === node || (itemsOn[to] === 0 && problem.nodeCost[to]! >= gain)) continue;
    let cost = 0;
    const done: number[] = [];
    for (const item of items) {
      if (!placing.fits(groupOf[item]!, to)) break;
      cost += costOfAdding(placing, groupOf[item]!, to, peak);
      placing.add(item, to);
      done.push(item);
    }
    if (done.length === items.length && gain - cost > LEAST && placing.allHaveCompany()) return true;
    for (const item of done) placing.remove(item);
  }
  for (const item of items) placing.add(item, node);
  return false;
}

/** What an item costs on its node beside the node itself, without balance. At least: it may not be one that stays. */
function costWithout({ problem, groupOf }: Placing, item: number, node: number): number {
  const at = groupOf[item]! * problem.nodes + node;
  return (problem.choiceCost?.[at] ?? 0) - (problem.here[at]! > 0 ? problem.movementWeight : 0);
}

/** Moves items away from the fullest node as long as the highest share falls. */
function levelPeak(placing: Placing, isOver: () => boolean): boolean {
  const { problem, place, groupOf, itemsOn } = placing;
  if (problem.balanceWeight === 0) return false;
  let levelled = false;
  for (let going = true; going && !isOver();) {
    going = false;
    const peak = peakOf(placing);
    const fullest = [...itemsOn.keys()].find((node) => placing.shareOf(node) >= peak - LEAST)!;
    for (const item of [...place.keys()].filter((each) => place[each] === fullest)) {
      const group = groupOf[item]!;
      if (!placing.mayLeave(group, fullest)) continue;
      placing.remove(item);
      const to = cheapestNode(placing, group, { peak: placing.shareOf(fullest) });
      const gain =
        to === undefined || to === fullest
          ? 0
          : problem.balanceWeight * (peak - Math.max(shareWith(placing, group, to), peakOf(placing))) +
            costOfAdding(placing, group, fullest, Infinity) -
            costOfAdding(placing, group, to, Infinity);
      going = gain > LEAST && placing.hasCompanyBeside(group, to!);
      placing.add(item, going ? to! : fullest);
      if (!going) continue;
      levelled = true;
      break;
    }
  }
  return levelled;
}
