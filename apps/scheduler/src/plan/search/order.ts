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
  const size = sizesOf(problem);
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

/**
 * What to keep free on a node for a replica of each group: its own demand, and its part of those that have to be on the
 * same node. [group × resource]
 */
export function roomWithCompany(problem: Problem): Float64Array {
  const { groups, resources, count, rules, nodes } = problem;
  const room = new Float64Array(groups * resources);
  for (let group = 0; group < groups; group++)
    for (let r = 0; r < resources; r++) room[group * resources + r] = demandOf(problem, group, 0, r);
  const needed = Array.from({ length: groups }, () => new Set<number>());
  for (const { kind, group, other, domains } of rules)
    if (kind === 'near' && group !== other && domains === nodes) needed[group]!.add(other);
  // Those that need others come last in this order: what they need grows from the end.
  for (const group of companionsFirst(problem).toReversed())
    for (const other of needed[group]!) {
      const part = count[other]! > 0 ? Math.ceil(count[group]! / count[other]!) : 0;
      for (let r = 0; r < resources; r++) room[other * resources + r]! += part * room[group * resources + r]!;
    }
  return room;
}

/** The largest share of the capacity of all nodes that a replica of each group takes. */
export function sizesOf(problem: Problem): Float64Array {
  return Float64Array.from(range(problem.groups), (group) => sizeOf(problem, group));
}

function sizeOf(problem: Problem, group: number): number {
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
