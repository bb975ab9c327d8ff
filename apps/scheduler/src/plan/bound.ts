import { demandOf, type Problem } from './model/problem.js';

/**
 * A score that no plan is below, found without a search. For each resource: the cheapest fractions of nodes that hold
 * what has to be placed (a fractional knapsack), rounded up where all nodes cost the same. Where a resource is short,
 * the cheapest penalties for what is too much. The largest of these counts, because every resource has to be satisfied.
 */
export function lowerBound(problem: Problem): number {
  const placeable = Array.from({ length: problem.groups }, (_, group) => roomFor(problem, group));
  const lost = placeable.reduce(
    (sum, count, group) => sum + (problem.count[group]! - count) * problem.penalty[group]!,
    0,
  );
  let [costs, overflow, share] = [0, 0, 0];
  for (let r = 0; r < problem.resources; r++) {
    const { need, room } = sumsOf(problem, placeable, r);
    if (need > room) overflow = Math.max(overflow, cheapestLoss(problem, placeable, r, need - room));
    else if (need > 0) costs = Math.max(costs, cheapestNodes(problem, r, need));
    if (r < problem.balanced && room > 0) share = Math.max(share, Math.min(1, need / room));
  }
  if (overflow > 0) return lost + overflow + cheapestChoices(problem, placeable, true);
  const spread = Math.max(0, ...placeable.map((count, group) => spreadCost(problem, group, count)));
  return lost + Math.max(costs, spread) + problem.balanceWeight * share + cheapestChoices(problem, placeable, false);
}

/** How many replicas of a group could have a place if they were alone. */
function roomFor(problem: Problem, group: number): number {
  const { nodes, resources, capacity, allowed, count, gang } = problem;
  let room = 0;
  for (let node = 0; node < nodes && room < count[group]!; node++) {
    if (allowed[group * nodes + node] === 0) continue;
    let most = count[group]!;
    for (let r = 0; r < resources; r++) {
      const need = demandOf(problem, group, node, r);
      if (need > 0) most = Math.min(most, Math.floor(capacity[node * resources + r]! / need));
    }
    room += isSpread(problem, group) ? Math.min(1, most) : most;
  }
  return room >= count[group]! ? count[group]! : gang[group] ? 0 : room;
}

/** Whether each replica has to be on a node of its own. */
const isSpread = ({ rules }: Problem, group: number) =>
  rules.some(({ kind, group: one, other }) => kind === 'apart' && one === group && other === group);

/** The smallest demand on any node, for each placeable replica; the capacity of all nodes. */
function sumsOf(problem: Problem, placeable: readonly number[], resource: number) {
  const need = placeable.reduce((sum, count, group) => sum + count * leastDemand(problem, group, resource), 0);
  let room = 0;
  for (let node = 0; node < problem.nodes; node++) room += problem.capacity[node * problem.resources + resource]!;
  return { need, room };
}

function leastDemand(problem: Problem, group: number, resource: number): number {
  if (!problem.demandByNode) return demandOf(problem, group, 0, resource);
  let least = Infinity;
  for (let node = 0; node < problem.nodes; node++) least = Math.min(least, demandOf(problem, group, node, resource));
  return least;
}

function cheapestNodes({ nodes, resources, capacity, nodeCost }: Problem, resource: number, need: number): number {
  const list = Array.from({ length: nodes }, (_, node) => ({
    cost: nodeCost[node]!,
    size: capacity[node * resources + resource]!,
  }));
  const sorted = list.filter(({ size }) => size > 0).sort((a, b) => a.cost / a.size - b.cost / b.size);
  let [left, cost] = [need, 0];
  for (const node of sorted) {
    if (left <= 0) break;
    const part = Math.min(1, left / node.size);
    cost += part * node.cost;
    left -= part * node.size;
  }
  const alike = nodeCost.every((each) => each === nodeCost[0]);
  // A whole number of nodes; what lies this little above one is rounding.
  return alike && nodeCost[0]! > 0 ? Math.ceil(cost / nodeCost[0]! - 1e-9) * nodeCost[0]! : cost;
}

function cheapestLoss(problem: Problem, placeable: readonly number[], resource: number, surplus: number): number {
  const groups = placeable
    .map((count, group) => ({ count, penalty: problem.penalty[group]!, need: leastDemand(problem, group, resource) }))
    .filter(({ count, need }) => count > 0 && need > 0)
    .sort((a, b) => a.penalty / a.need - b.penalty / b.need);
  let [left, loss] = [surplus, 0];
  for (const { count, penalty, need } of groups) {
    if (left <= 0) break;
    const replicas = Math.min(count, left / need);
    loss += replicas * penalty;
    left -= replicas * need;
  }
  return loss;
}

/** Replicas that may not meet need as many nodes: the cheapest. */
function spreadCost(problem: Problem, group: number, count: number): number {
  if (count === 0) return 0;
  const costs = Array.from(problem.nodeCost).sort((a, b) => a - b);
  return costs.slice(0, isSpread(problem, group) ? count : 1).reduce((sum, cost) => sum + cost, 0);
}

/** Each replica at the node where it costs least; one without a place costs nothing here, if that is less. */
function cheapestChoices(problem: Problem, placeable: readonly number[], mayBeLost: boolean): number {
  const { choiceCost, nodes, allowed } = problem;
  if (!choiceCost) return 0;
  return placeable.reduce((sum, count, group) => {
    let least = Infinity;
    for (let node = 0; node < nodes; node++)
      if (allowed[group * nodes + node] === 1) least = Math.min(least, choiceCost[group * nodes + node]!);
    return count === 0 ? sum : sum + count * (mayBeLost ? Math.min(0, least) : least);
  }, 0);
}
