import { demandOf, type Problem } from '../model/problem.js';

/** Groups so that each comes after those it needs nearby; a circle is cut somewhere. Otherwise in the given order. */
export function companionsFirst({ groups, rules }: Problem, given: Iterable<number> = range(groups)): Int32Array {
  const needs: number[][] = Array.from({ length: groups }, () => []);
  for (const { kind, group, other } of rules) if (kind === 'near') needs[group]!.push(other);
  const [order, state] = [[] as number[], new Uint8Array(groups)];
  // Without recursion: a chain of services may be long.
  for (const root of given) {
    const stack = [root];
    while (stack.length > 0) {
      const group = stack.at(-1)!;
      if (state[group] === 0) {
        state[group] = 1;
        for (const other of needs[group]!) if (state[other] === 0) stack.push(other);
      } else {
        stack.pop();
        if (state[group] === 1) order.push(group);
        state[group] = 2;
      }
    }
  }
  return Int32Array.from(order);
}

/**
 * The same with the largest first: by priority, then by the largest share of all capacity that a replica takes. Services
 * that stay together come one after the other, so that they find room on the same nodes.
 */
export function largestFirst(problem: Problem): Int32Array {
  const { groups, penalty } = problem;
  const size = Float64Array.from(range(groups), (group) => sizeOf(problem, group));
  const cluster = clustersOf(problem);
  const total = new Float64Array(groups);
  const most = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    total[cluster[group]!]! += size[group]!;
    most[cluster[group]!] = Math.max(most[cluster[group]!]!, penalty[group]!);
  }
  const sorted = [...range(groups)].sort((a, b) => {
    const [one, two] = [cluster[a]!, cluster[b]!];
    if (one === two) return size[b]! - size[a]!;
    return most[two]! - most[one]! || total[two]! - total[one]! || one - two;
  });
  return companionsFirst(problem, sorted);
}

/** The largest share of the capacity of all nodes that a replica takes. */
export function sizeOf(problem: Problem, group: number): number {
  const { nodes, resources, capacity } = problem;
  let size = 0;
  for (let r = 0; r < resources; r++) {
    let room = 0;
    for (let node = 0; node < nodes; node++) room += capacity[node * resources + r]!;
    if (room > 0) size = Math.max(size, demandOf(problem, group, 0, r) / room);
  }
  return size;
}

/** Groups that are bound to each other have the same number: that of one of them. */
function clustersOf({ groups, rules }: Problem): Int32Array {
  const parent = Int32Array.from(range(groups));
  const root = (group: number): number => {
    while (parent[group] !== group) group = parent[group] = parent[parent[group]!]!;
    return group;
  };
  for (const { kind, group, other } of rules) if (kind === 'near') parent[root(group)] = root(other);
  return Int32Array.from(range(groups), root);
}

function* range(length: number): Generator<number> {
  for (let index = 0; index < length; index++) yield index;
}
