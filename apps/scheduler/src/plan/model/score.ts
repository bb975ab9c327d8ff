import { Placing } from './placing.js';
import { NOWHERE, type Places, type Problem } from './problem.js';

/** The parts of a plan's score, before their weights. */
export interface Score {
  /** What is minimised. */
  readonly total: number;
  /** Of replicas without a place. */
  readonly penalty: number;
  readonly nodesUsed: number;
  /** The highest share of a balanced resource in use on a node. */
  readonly peak: number;
  /** Replicas that leave their node. */
  readonly moved: number;
}

/** Scores a plan from nothing but its places. */
export function scoreOf(problem: Problem, places: Places): Score {
  const placing = new Placing(problem, places);
  const { nodes, groups, count, penalty, choiceCost, nodeCost, here } = problem;
  let [missing, chosen, used, costs, moved, peak] = [0, 0, 0, 0, 0, 0];
  for (let group = 0; group < groups; group++) {
    missing += (count[group]! - placing.placed[group]!) * penalty[group]!;
    let [running, staying] = [0, 0];
    for (let node = 0; node < nodes; node++) {
      const on = placing.countOn(group, node);
      running += here[group * nodes + node]!;
      staying += Math.min(on, here[group * nodes + node]!);
      if (choiceCost) chosen += on * choiceCost[group * nodes + node]!;
    }
    // Replicas that are too many now have to end: that is no move.
    moved += Math.min(count[group]!, running) - staying;
  }
  for (let node = 0; node < nodes; node++) {
    if (placing.itemsOn[node] === 0) continue;
    used++;
    costs += nodeCost[node]!;
    peak = Math.max(peak, placing.shareOf(node));
  }
  const total = missing + chosen + costs + problem.balanceWeight * peak + problem.movementWeight * moved;
  return { total, penalty: missing, nodesUsed: used, peak, moved };
}

/** The places of replicas as they are now. Replicas that are too many are left out. */
export function placesNow(problem: Problem): Places {
  const { groups, nodes, count, here } = problem;
  const places: number[] = [];
  for (let group = 0; group < groups; group++) {
    const own: number[] = [];
    for (let node = 0; node < nodes; node++)
      for (let n = 0; n < here[group * nodes + node]! && own.length < count[group]!; n++) own.push(node);
    while (own.length < count[group]!) own.push(NOWHERE);
    // Pushed one by one: a spread of many replicas would overflow the stack.
    for (const node of own) places.push(node);
  }
  return Int32Array.from(places);
}

/** Sums of decimal fractions, without their last bits. */
export const tidy = (value: number): number => Number(value.toFixed(9));
