import { Placing } from '../model/placing.js';
import { demandOf, type Problem } from '../model/problem.js';

/**
 * Fills one node after the other, the cheapest for its size first: of the groups that still fit, the one whose demand
 * points most in the direction of what is free is next, so that no resource is used up while others are left (the dot
 * product heuristic for vector bin packing, Panigrahy, Talwar, Uyeda & Wieder 2011).
 */
export function filling(problem: Problem): Placing {
  const placing = new Placing(problem);
  const weights = weightsOf(problem);
  for (const node of cheapestFirst(problem, weights))
    for (let group = nextGroup(placing, node, weights); group >= 0; group = nextGroup(placing, node, weights))
      placing.add(placing.first[group]! + placing.placed[group]!, node);
  placing.prune();
  return placing;
}

/** How scarce each resource is: what is wanted of it, as a share of what there is. */
function weightsOf(problem: Problem): Float64Array {
  const { groups, nodes, resources, count, capacity } = problem;
  return Float64Array.from({ length: resources }, (_, r) => {
    let [wanted, room] = [0, 0];
    for (let group = 0; group < groups; group++) wanted += count[group]! * demandOf(problem, group, 0, r);
    for (let node = 0; node < nodes; node++) room += capacity[node * resources + r]!;
    return room > 0 ? wanted / room : 0;
  });
}

function cheapestFirst({ nodes, resources, capacity, nodeCost }: Problem, weights: Float64Array): number[] {
  const largest = Float64Array.from({ length: resources }, (_, r) => {
    let most = 0;
    for (let node = 0; node < nodes; node++) most = Math.max(most, capacity[node * resources + r]!);
    return most;
  });
  const size = Float64Array.from({ length: nodes }, (_, node) =>
    weights.reduce(
      (sum, weight, r) => sum + (largest[r]! > 0 ? (weight * capacity[node * resources + r]!) / largest[r]! : 0),
      0,
    ),
  );
  const price = (node: number) => (size[node]! > 0 ? nodeCost[node]! / size[node]! : Infinity);
  return Array.from({ length: nodes }, (_, node) => node).sort((a, b) => price(a) - price(b));
}

/** −1 if none fits. */
function nextGroup(placing: Placing, node: number, weights: Float64Array): number {
  const { problem, load, placed } = placing;
  const { groups, resources, capacity, count } = problem;
  let [best, bestMatch] = [-1, -Infinity];
  for (let group = 0; group < groups; group++) {
    if (placed[group] === count[group]) continue;
    let match = 0;
    for (let r = 0; r < resources; r++) {
      const size = capacity[node * resources + r]!;
      if (size > 0)
        match +=
          (weights[r]! * demandOf(problem, group, node, r) * (size - load[node * resources + r]!)) / (size * size);
    }
    if (match > bestMatch && placing.fits(group, node)) [best, bestMatch] = [group, match];
  }
  return best;
}
