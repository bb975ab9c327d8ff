/**
 * A planning problem in numbers, as the solvers see it. Groups are services, items are their replicas, one after the
 * other. It survives structured clone, so that it can be sent to a thread.
 *
 * The generalised assignment problem is a special case: groups of one replica, one resource, `demandByNode`, `choiceCost`.
 */
export interface Problem {
  readonly nodes: number;
  readonly groups: number;
  /** Resources; the first two are cores (in thousandths) and memory, further ones are accelerators by their memory. */
  readonly resources: number;
  /** [node × resource] */
  readonly capacity: Float64Array;
  /** [group × resource], or [group × node × resource] with `demandByNode`. */
  readonly demand: Float64Array;
  readonly demandByNode: boolean;
  /** Replicas of each group. */
  readonly count: Int32Array;
  /** Of each replica of the group that has no place. More than all else together can cost. */
  readonly penalty: Float64Array;
  /** [group × node]: 1 where labels, zone and size of the node allow a replica. */
  readonly allowed: Uint8Array;
  /** [group × node]: what a replica costs there. Absent: nothing. */
  readonly choiceCost?: Float64Array;
  /** Of each node in use. */
  readonly nodeCost: Float64Array;
  /** For the highest share in use of the first `balanced` resources. */
  readonly balanceWeight: number;
  readonly balanced: number;
  /** For each replica that leaves its node. */
  readonly movementWeight: number;
  /** [group × node]: replicas that are there now. */
  readonly here: Uint16Array;
  /** 1: all replicas of the group, or none. */
  readonly gang: Uint8Array;
  readonly rules: readonly Rule[];
}

/**
 * `near`: each item of `group` needs one of `other` in its domain; with itself, all of its items share one domain.
 * `apart`: items of the two never share a domain.
 */
export interface Rule {
  readonly kind: 'near' | 'apart';
  readonly group: number;
  readonly other: number;
  /** The domain of each node. */
  readonly domain: Int32Array;
  readonly domains: number;
}

/** The node of each item, by index; {@link NOWHERE} for none. */
export type Places = Int32Array;
export const NOWHERE = -1;

/** The first item of each group, and the number of items at the end. */
export function firstItems({ count, groups }: Problem): Int32Array {
  const first = new Int32Array(groups + 1);
  for (let group = 0; group < groups; group++) first[group + 1] = first[group]! + count[group]!;
  return first;
}

/** The group of each item. */
export function groupsOfItems(problem: Problem): Int32Array {
  const first = firstItems(problem);
  const groups = new Int32Array(first[problem.groups]!);
  for (let group = 0; group < problem.groups; group++) groups.fill(group, first[group], first[group + 1]);
  return groups;
}

/** What an item of the group takes of a resource on a node. */
export function demandOf(problem: Problem, group: number, node: number, resource: number): number {
  const row = problem.demandByNode ? group * problem.nodes + node : group;
  return problem.demand[row * problem.resources + resource]!;
}
