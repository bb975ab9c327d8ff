import type { Placing } from '../model/placing.js';

/** What adding one more item of the group to the node changes in the score, without penalties. */
export function costOfAdding(placing: Placing, group: number, node: number, peak: number): number {
  const { problem, itemsOn } = placing;
  const at = group * problem.nodes + node;
  let cost = itemsOn[node] === 0 ? problem.nodeCost[node]! : 0;
  if (problem.choiceCost) cost += problem.choiceCost[at]!;
  if (problem.movementWeight > 0 && problem.here[at]! > placing.countOn(group, node)) cost -= problem.movementWeight;
  if (problem.balanceWeight > 0) cost += problem.balanceWeight * Math.max(0, shareWith(placing, group, node) - peak);
  return cost;
}

/** The highest share in use on the node with one more item of the group. */
export function shareWith({ problem, load }: Placing, group: number, node: number): number {
  const { resources, capacity, balanced, demand, demandByNode, nodes } = problem;
  const row = (demandByNode ? group * nodes + node : group) * resources;
  let highest = 0;
  for (let r = 0; r < balanced; r++) {
    const size = capacity[node * resources + r]!;
    if (size > 0) highest = Math.max(highest, (load[node * resources + r]! + demand[row + r]!) / size);
  }
  return highest;
}

/** The highest share in use on any node; 0 if balance is of no interest. */
export function peakOf(placing: Placing): number {
  if (placing.problem.balanceWeight === 0) return 0;
  let peak = 0;
  for (let node = 0; node < placing.problem.nodes; node++) peak = Math.max(peak, placing.shareOf(node));
  return peak;
}

export interface Choice {
  /** The highest share in use on a node, see {@link peakOf}. */
  readonly peak: number;
  readonly among?: (node: number) => boolean;
  /** While a plan is built: an empty node costs the item only the part that it takes, as others will follow. */
  readonly building?: boolean;
}

/**
 * The node where one more item of the group costs least; of equals the fullest, so that others stay empty, or the
 * emptiest if balance is wanted. Undefined if it fits nowhere.
 */
export function cheapestNode(
  placing: Placing,
  group: number,
  { peak, among = () => true, building = false }: Choice,
): number | undefined {
  const { nodes, balanceWeight } = placing.problem;
  const sign = balanceWeight > 0 ? 1 : -1;
  let [best, bestCost, bestTie] = [-1, Infinity, Infinity];
  for (let node = 0; node < nodes; node++) {
    if (!among(node) || !placing.fits(group, node)) continue;
    let cost = costOfAdding(placing, group, node, peak);
    if (building && placing.itemsOn[node] === 0)
      cost -= placing.problem.nodeCost[node]! * (1 - shareWith(placing, group, node));
    if (cost > bestCost) continue;
    const tie = sign * shareWith(placing, group, node);
    if (cost === bestCost && tie >= bestTie) continue;
    [best, bestCost, bestTie] = [node, cost, tie];
  }
  return best < 0 ? undefined : best;
}

/** Whether a node has so much left of every resource. `room`: [group × resource] */
export function hasRoom({ problem, load }: Placing, room: Float64Array, group: number, node: number): boolean {
  const { resources, capacity } = problem;
  for (let r = 0; r < resources; r++)
    if (load[node * resources + r]! + room[group * resources + r]! > capacity[node * resources + r]!) return false;
  return true;
}
