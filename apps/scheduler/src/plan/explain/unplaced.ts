import type { OutputOf } from '@llmos/contracts';
import type { plan } from '@llmos/contracts/capabilities/scheduler-plan';
import type { Placing, Obstacle } from '../model/placing.js';
import { ACCELERATORS, CORES, suits, type PlanInput, type PlanNode, type PlanService } from '../model/problem-of.js';
import { limitName, needOf, sizeOf, type Limit } from './limits.js';

type Unplaced = OutputOf<typeof plan>['unplaced'][number];
type Reason = Pick<Unplaced, 'limit' | 'why' | 'change'>;

/** Names each service with replicas that have no place, with the limit that stopped it and what would let it in. */
export function explainUnplaced(input: PlanInput, placing: Placing): Unplaced[] {
  return input.services.flatMap((service, group) => {
    const replicas = service.replicas - placing.placed[group]!;
    return replicas > 0 ? [{ service: service.name, replicas, ...reasonOf(input, placing, group) }] : [];
  });
}

function reasonOf(input: PlanInput, placing: Placing, group: number): Reason {
  const service = input.services[group]!;
  const suitable = input.nodes.filter((node) => suits(service, node));
  if (suitable.length === 0) return noSuitableNode(service, input.nodes);
  return tooLarge(service, suitable) ?? noCompany(input, placing, service) ?? taken(input, placing, group);
}

function noSuitableNode({ nodeSelector, zones, name }: PlanService, nodes: readonly PlanNode[]): Reason {
  const labels = Object.entries(nodeSelector);
  const missing = labels.filter(([label, value]) => !nodes.some(({ labels }) => labels[label] === value));
  if (missing.length > 0) {
    const text = missing.map(([label, value]) => `${label}=${value}`).join(', ');
    return { limit: 'nodeSelector', why: `No node has the label ${text}.`, change: `A node with ${text}.` };
  }
  if (zones.length === 0 || nodes.some(({ zone }) => zone !== undefined && zones.includes(zone)))
    return {
      limit: labels.length > 0 ? 'nodeSelector' : 'zones',
      why: `No node has all the labels that ${name} asks for in its zones.`,
      change: 'A node with all of them, or fewer of them.',
    };
  const text = zones.join(' or ');
  return { limit: 'zones', why: `No node is in the zone ${text}.`, change: `A node in ${text}, or another zone.` };
}

/** A limit that no suitable node could meet even if it were empty. */
function tooLarge(service: PlanService, suitable: readonly PlanNode[]): Reason | undefined {
  for (const limit of ['cores', 'memory', 'accelerators'] as const) {
    const need = needOf(service, limit);
    const largest = suitable.reduce((a, b) => (sizeOf(b, service, limit) > sizeOf(a, service, limit) ? b : a));
    const most = sizeOf(largest, service, limit);
    if (need <= most) continue;
    const what = limitName(limit, service);
    return {
      limit,
      why: `It needs ${need} ${what}; the largest node that it may use, ${largest.name}, has ${most}.`,
      change: `A node with ${need} ${what}, or a replica that needs at most ${most}.`,
    };
  }
  return undefined;
}

function noCompany({ services }: PlanInput, placing: Placing, service: PlanService): Reason | undefined {
  const index = new Map(services.map(({ name }, at) => [name, at]));
  const lonely = service.affinity.find(
    (rule) => rule.with !== service.name && placing.placed[index.get(rule.with)!] === 0,
  );
  if (!lonely) return undefined;
  const why = `It needs ${lonely.with} in the same ${lonely.within}, and ${lonely.with} has no place.`;
  return { limit: 'affinity', why, change: `A place for ${lonely.with}.` };
}

/** There would be room on an empty node: what takes it now, on how many nodes. */
function taken(input: PlanInput, placing: Placing, group: number): Reason {
  const service = input.services[group]!;
  const obstacles = input.nodes.map((_, node) => placing.obstacle(group, node));
  if (service.gang && obstacles.includes(undefined))
    return {
      limit: 'gang',
      why: `Not all ${service.replicas} of its replicas fit, and a gang is placed whole or not at all.`,
      change: 'Room for all of them, fewer replicas, or no gang.',
    };
  const tally = tallyOf(obstacles, input);
  const [limit = 'cores'] = [...tally.keys()].sort((a, b) => tally.get(b)!.nodes - tally.get(a)!.nodes);
  const list = [...tally.values()].sort((a, b) => b.nodes - a.nodes).map(({ text, nodes }) => `${text} on ${nodes}`);
  const suitable = obstacles.filter((obstacle) => obstacle !== 'not allowed').length;
  const what = suitable === 1 ? 'On the one node that suits it' : `On the ${suitable} nodes that suit it`;
  return { limit, why: `${what}: ${list.join(', ')}.`, change: changeOf(input, placing, group, obstacles) };
}

function tallyOf(obstacles: readonly (Obstacle | undefined)[], { services }: PlanInput) {
  const tally = new Map<Limit, { text: string; nodes: number }>();
  for (const obstacle of obstacles) {
    if (obstacle === undefined || obstacle === 'not allowed') continue;
    const limit = limitOf(obstacle);
    const text = 'rule' in obstacle ? ruleText(obstacle, services) : `too few ${limit} are free`;
    const entry = tally.get(limit);
    if (entry) entry.nodes++;
    else tally.set(limit, { text: limit === 'memory' ? 'too little memory is free' : text, nodes: 1 });
  }
  return tally;
}

export function limitOf(obstacle: Exclude<Obstacle, 'not allowed'>): Limit {
  if ('rule' in obstacle) return obstacle.rule.kind === 'near' ? 'affinity' : 'antiAffinity';
  return obstacle.resource === CORES ? 'cores' : obstacle.resource < ACCELERATORS ? 'memory' : 'accelerators';
}

export function ruleText({ rule }: Extract<Obstacle, { rule: unknown }>, services: readonly PlanService[]): string {
  const [one, other] = [services[rule.group]!.name, services[rule.other]!.name];
  return rule.kind === 'near' ? `${other} is not near` : `${one} and ${other} may not meet`;
}

/** The node that lacks least of one resource. */
function changeOf(
  { nodes, services }: PlanInput,
  placing: Placing,
  group: number,
  obstacles: readonly (Obstacle | undefined)[],
): string {
  const service = services[group]!;
  let best: { text: string; share: number } | undefined;
  obstacles.forEach((obstacle, node) => {
    if (obstacle === undefined || obstacle === 'not allowed' || 'rule' in obstacle) return;
    const limit = limitOf(obstacle);
    const need = needOf(service, limit);
    const free = freeOf(nodes[node]!, service, limit, placing, node, obstacle.resource);
    const share = (need - free) / Math.max(need, 1e-9);
    if (best === undefined || share < best.share)
      best = { share, text: `${amount(need - free)} more ${limitName(limit, service)} on ${nodes[node]!.name}.` };
  });
  return best?.text ?? 'Another node, or weaker rules.';
}

function freeOf(
  node: PlanNode,
  service: PlanService,
  limit: Limit,
  placing: Placing,
  at: number,
  resource: number,
): number {
  const load = placing.load[at * placing.problem.resources + resource]!;
  return sizeOf(node, service, limit) - (limit === 'cores' ? load / 1_000 : load);
}

const amount = (value: number) => String(Number(value.toFixed(3)));
