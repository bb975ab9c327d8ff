import type { Placing } from '../model/placing.js';
import type { PlanInput } from '../model/problem-of.js';
import { firstItems, NOWHERE } from '../model/problem.js';
import { costOfAdding, peakOf } from '../search/costs.js';
import type { PlanOutput } from '../threads/plan-job.js';
import { limitName, needOf } from './limits.js';
import { limitOf, ruleText } from './unplaced.js';

type Placement = PlanOutput['placements'][number];

/** Differences below this are rounding. */
const LEAST = 1e-9;

interface Alternatives {
  /** Nodes that could take the replica instead. */
  readonly free: number;
  /** What the cheapest of them would cost more. */
  readonly cheapest?: { readonly node: number; readonly more: number };
  /** A node that could take it if it had a little more. */
  readonly nearest?: string;
  /** Nodes that its labels, its zones or its size rule out. */
  readonly ruledOut: number;
}

/** Adds to each placement why the node was taken, and what would change it: each replica is tried on every other node. */
export function explainPlacements(input: PlanInput, placing: Placing, placements: readonly Placement[]): Placement[] {
  const index = new Map(input.services.map(({ name }, at) => [name, at]));
  const nodes = new Map(input.nodes.map(({ name }, at) => [name, at]));
  return placements.map((placement) => {
    const [group, node] = [index.get(placement.service)!, nodes.get(placement.node)!];
    const others = alternatives(input, placing, group, node);
    return { ...placement, ...reasonOf(input, placing, placement, group, node, others) };
  });
}

function alternatives(input: PlanInput, placing: Placing, group: number, node: number): Alternatives {
  const { problem } = placing;
  const item = itemOn(placing, group, node);
  placing.remove(item);
  const peak = peakOf(placing);
  const cost = costOfAdding(placing, group, node, peak);
  let [free, ruledOut] = [0, 0];
  let cheapest: Alternatives['cheapest'];
  let nearest: { text: string; share: number } | undefined;
  for (let other = 0; other < problem.nodes; other++) {
    if (other === node) continue;
    const obstacle = placing.obstacle(group, other);
    if (obstacle === undefined) {
      free++;
      const more = costOfAdding(placing, group, other, peak) - cost;
      if (!cheapest || more < cheapest.more) cheapest = { node: other, more };
    } else if (obstacle === 'not allowed') ruledOut++;
    else {
      const text = shortageOf(input, placing, group, other, obstacle);
      if (!nearest || text.share < nearest.share) nearest = text;
    }
  }
  placing.add(item, node);
  return { free, ruledOut, ...(cheapest ? { cheapest } : {}), ...(nearest ? { nearest: nearest.text } : {}) };
}

function itemOn({ problem, place }: Placing, group: number, node: number): number {
  const first = firstItems(problem);
  const item = place.indexOf(node, first[group]);
  return item < 0 || item >= first[group + 1]! ? NOWHERE : item;
}

/** What a node lacks for one more replica, and how much of the replica that is. */
function shortageOf(
  { nodes, services }: PlanInput,
  { problem, load }: Placing,
  group: number,
  node: number,
  obstacle: Exclude<ReturnType<Placing['obstacle']>, undefined | 'not allowed'>,
): { text: string; share: number } {
  const name = nodes[node]!.name;
  // Rules do not bend: any resource is nearer.
  if ('rule' in obstacle) return { text: `${ruleText(obstacle, services)} on ${name}`, share: 2 };
  const limit = limitOf(obstacle);
  const at = node * problem.resources + obstacle.resource;
  const free = problem.capacity[at]! - load[at]!;
  const unit = limit === 'cores' ? 1_000 : 1;
  const need = needOf(services[group]!, limit);
  const short = Number((need - free / unit).toFixed(3));
  return {
    text: `${short} more ${limitName(limit, services[group]!)} on ${name}`,
    share: short / Math.max(need, LEAST),
  };
}

function reasonOf(
  { nodes, services, objective }: PlanInput,
  { problem, itemsOn }: Placing,
  { replicas, arriving, node: name }: Placement,
  group: number,
  node: number,
  { free, cheapest, nearest, ruledOut }: Alternatives,
): { why: string; change: string } {
  const others = problem.nodes - 1;
  const stays = arriving < replicas ? 'It is here already' : undefined;
  const shared = itemsOn[node]! > replicas ? `${name} is in use anyway` : undefined;
  const start = [stays, shared].filter((part) => part !== undefined).join(', and ') || `${name} was free`;
  if (others === 0) return { why: 'There is only this node.', change: 'Another node.' };
  if (ruledOut === others)
    return { why: 'No other node has the labels, the zone and the size that it needs.', change: 'Such a node.' };
  if (!cheapest) {
    const full = others === 1 ? 'the other node cannot take it' : `none of the other ${others} nodes can take it`;
    return { why: `${start}; ${full}.`, change: nearest ? `${capital(nearest)}.` : 'Another node.' };
  }
  const other = nodes[cheapest.node]!.name;
  if (cheapest.more > LEAST) {
    const more = Number(cheapest.more.toFixed(6));
    return {
      why: `${start}; ${other}, the cheapest other node that can take it (of ${free}), adds ${more} to the objective.`,
      change: changeOf(services[group]!.places.length > 0, objective, other, more),
    };
  }
  const alike = cheapest.more < -LEAST ? 'another order of moves would be a little better' : `${other} is as good`;
  return {
    why: `${start}; ${free} of the other nodes can take it, and ${alike}.`,
    change: `Any reason to prefer ${other}.`,
  };
}

function changeOf(runs: boolean, objective: PlanInput['objective'], other: string, more: number): string {
  if (objective.cost > 0) return `A price of ${other} that is lower by ${Number((more / objective.cost).toFixed(6))}.`;
  if (objective.movement > 0 && runs) return 'Less weight on movement.';
  return `Other work on ${other}, so that it is in use in any case.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
