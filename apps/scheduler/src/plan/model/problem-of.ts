import type { InputOf } from '@llmos/contracts';
import type { plan } from '@llmos/contracts/capabilities/scheduler-plan';
import type { Problem, Rule } from './problem.js';

export type PlanInput = InputOf<typeof plan>;
export type PlanNode = PlanInput['nodes'][number];
export type PlanService = PlanInput['services'][number];

/** Cores are counted in thousandths: sums of whole numbers are exact, and a limit is never passed by rounding. */
const PER_CORE = 1_000;
/** Decimal fractions such as 0.1 are not exact; this much above a thousandth is rounding. */
const ROUNDING = 1e-6;
export const CORES = 0;
export const MEMORY = 1;
/** The resources from here on are accelerators. */
export const ACCELERATORS = 2;

/**
 * The numbers of a request. Resource 2 + k is the number of accelerators with at least the k-th of the memory sizes
 * that are asked for: demands fit on the devices of a node if and only if each of these sums fits (Hall's condition for
 * nested sets).
 */
export function problemOf(input: PlanInput): Problem {
  const sizes = acceleratorSizes(input);
  const { nodes, services, objective } = input;
  const resources = ACCELERATORS + sizes.length;
  const capacity = rows(nodes, resources, (node) => capacityOf(node, sizes));
  const demand = rows(services, resources, (service) => demandsOf(service, sizes));
  const count = Int32Array.from(services, ({ replicas }) => replicas);
  const here = placesNow(input);
  const nodeCost = Float64Array.from(nodes, ({ price }) => objective.nodes + objective.cost * price);
  const most = penaltyOf(input, nodeCost);
  return {
    ...{ nodes: nodes.length, groups: services.length, resources, capacity, demand, demandByNode: false, count, here },
    penalty: Float64Array.from(services, ({ priority }) => (priority + 1) * most),
    allowed: allowedNodes(input, capacity, demand, resources),
    nodeCost,
    balanceWeight: objective.balance,
    balanced: 2,
    movementWeight: objective.movement,
    gang: Uint8Array.from(services, ({ gang }) => (gang ? 1 : 0)),
    rules: rulesOf(input),
  };
}

/** More than the whole objective can be: placing one more replica is always worth it. */
function penaltyOf({ services, objective }: PlanInput, nodeCost: Float64Array): number {
  const running = services.reduce((sum, { replicas, places }) => sum + Math.min(replicas, places.length), 0);
  return 1 + nodeCost.reduce((sum, cost) => sum + cost, 0) + objective.balance + objective.movement * running;
}

/** The memory sizes of accelerators that services ask for, ascending. */
export function acceleratorSizes({ services }: Pick<PlanInput, 'services'>): number[] {
  const sizes = services.flatMap(({ accelerator }) => (accelerator ? [accelerator.memoryMb] : []));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function capacityOf({ cores, memoryMb, accelerators }: PlanNode, sizes: readonly number[]): number[] {
  const ofSize = (size: number) => accelerators.filter(({ memoryMb }) => memoryMb >= size).length;
  return [Math.floor(cores * PER_CORE + ROUNDING), Math.floor(memoryMb + ROUNDING), ...sizes.map(ofSize)];
}

function demandsOf({ cores, memoryMb, accelerator }: PlanService, sizes: readonly number[]): number[] {
  const ofSize = (size: number) => (accelerator && accelerator.memoryMb >= size ? accelerator.count : 0);
  return [Math.ceil(cores * PER_CORE - ROUNDING), Math.ceil(memoryMb - ROUNDING), ...sizes.map(ofSize)];
}

function rows<T>(things: readonly T[], width: number, of: (thing: T) => readonly number[]): Float64Array {
  const all = new Float64Array(things.length * width);
  things.forEach((thing, index) => all.set(of(thing), index * width));
  return all;
}

/** Whether the labels and the zone of a node suit a service. */
export function suits({ nodeSelector, zones }: PlanService, { labels, zone }: PlanNode): boolean {
  const inZone = zones.length === 0 || (zone !== undefined && zones.includes(zone));
  return inZone && Object.entries(nodeSelector).every(([label, value]) => labels[label] === value);
}

function allowedNodes(
  { nodes, services }: PlanInput,
  capacity: Float64Array,
  demand: Float64Array,
  width: number,
): Uint8Array {
  const allowed = new Uint8Array(services.length * nodes.length);
  services.forEach((service, group) =>
    nodes.forEach((node, at) => {
      let fits = suits(service, node);
      for (let r = 0; fits && r < width; r++) fits = demand[group * width + r]! <= capacity[at * width + r]!;
      allowed[group * nodes.length + at] = fits ? 1 : 0;
    }),
  );
  return allowed;
}

function placesNow({ nodes, services }: PlanInput): Uint16Array {
  const index = new Map(nodes.map(({ name }, at) => [name, at]));
  const here = new Uint16Array(services.length * nodes.length);
  services.forEach(({ places }, group) => {
    // A place on a node that is gone is none: its replica has to move in any case.
    for (const name of places) {
      const node = index.get(name);
      if (node !== undefined) here[group * nodes.length + node]!++;
    }
  });
  return here;
}

function rulesOf({ nodes, services }: PlanInput): Rule[] {
  const index = new Map(services.map(({ name }, at) => [name, at]));
  const domains = { node: Int32Array.from(nodes.keys()), zone: zoneOfNodes(nodes) };
  const rules = (kind: Rule['kind'], group: number, list: PlanService['affinity']): Rule[] =>
    list.map(({ with: name, within }) => {
      const domain = domains[within];
      return { kind, group, other: index.get(name)!, domain, domains: Math.max(...domain) + 1 };
    });
  return services.flatMap(({ affinity, antiAffinity }, group) => [
    ...rules('near', group, affinity),
    ...rules('apart', group, antiAffinity),
  ]);
}

/** The zone of each node, numbered. A node without one is a zone of its own. */
function zoneOfNodes(nodes: readonly PlanNode[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(nodes, ({ name, zone }) => {
    const key = zone === undefined ? `node ${name}` : `zone ${zone}`;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}
