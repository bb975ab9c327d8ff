import type { OutputOf } from '@llmos/contracts';
import type { plan } from '@llmos/contracts/capabilities/scheduler-plan';
import type { PlanInput, PlanNode, PlanService } from './model/problem-of.js';

export type Placement = Pick<OutputOf<typeof plan>['placements'][number], 'service' | 'node' | 'replicas'>;

interface Resident {
  readonly service: PlanService;
  readonly replicas: number;
}

/**
 * Checks a plan against the request itself, by rules written here a second time: it shares nothing with the solvers, so
 * that an error there does not hide itself. Pure.
 *
 * @returns one sentence for each hard limit that is broken; none for a good plan.
 */
export function checkPlan({ nodes, services }: PlanInput, placements: readonly Placement[]): string[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const faults: string[] = [];
  const residents = new Map<string, Resident[]>(nodes.map(({ name }) => [name, []]));
  for (const { service: name, node, replicas } of placements) {
    const [service, list] = [byName.get(name), residents.get(node)];
    if (!service) faults.push(`There is no service ${name}.`);
    else if (!list) faults.push(`There is no node ${node}.`);
    else if (replicas > 0) list.push({ service, replicas });
  }
  for (const node of nodes) faults.push(...nodeFaults(node, residents.get(node.name)!));
  const placed = placedByService(placements);
  for (const service of services) faults.push(...countFaults(service, placed.get(service.name) ?? 0));
  return [...faults, ...ruleFaults(nodes, services, placements)];
}

const ROUNDING = 1e-6;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function nodeFaults(node: PlanNode, residents: readonly Resident[]): string[] {
  const faults: string[] = [];
  const cores = sum(residents.map(({ service, replicas }) => service.cores * replicas));
  const memoryMb = sum(residents.map(({ service, replicas }) => service.memoryMb * replicas));
  if (cores > node.cores + ROUNDING) faults.push(`${node.name} has ${node.cores} cores, and ${cores} are used.`);
  if (memoryMb > node.memoryMb + ROUNDING)
    faults.push(`${node.name} has ${node.memoryMb} MB, and ${memoryMb} are used.`);
  if (!acceleratorsSuffice(node, residents)) faults.push(`${node.name} has too few accelerators.`);
  for (const { service } of residents) {
    for (const [label, value] of Object.entries(service.nodeSelector))
      if (node.labels[label] !== value) faults.push(`${service.name} needs ${label}=${value}; ${node.name} has not.`);
    if (service.zones.length > 0 && !service.zones.includes(node.zone ?? ''))
      faults.push(`${service.name} is to be in ${service.zones.join(', ')}; ${node.name} is not.`);
  }
  return faults;
}

/** The largest demands take the smallest devices that are large enough: if that fails, everything does. */
function acceleratorsSuffice({ accelerators }: PlanNode, residents: readonly Resident[]): boolean {
  const free = accelerators.map(({ memoryMb }) => memoryMb).sort((a, b) => a - b);
  const wanted = residents
    .flatMap(({ service: { accelerator }, replicas }) =>
      accelerator ? Array.from({ length: accelerator.count * replicas }, () => accelerator.memoryMb) : [],
    )
    .sort((a, b) => b - a);
  return wanted.every((memoryMb) => {
    const device = free.findIndex((size) => size >= memoryMb);
    if (device < 0) return false;
    free.splice(device, 1);
    return true;
  });
}

function placedByService(placements: readonly Placement[]): Map<string, number> {
  const placed = new Map<string, number>();
  for (const { service, replicas } of placements) placed.set(service, (placed.get(service) ?? 0) + replicas);
  return placed;
}

function countFaults({ name, replicas, gang }: PlanService, placed: number): string[] {
  if (placed > replicas) return [`${name} has ${replicas} replicas, and ${placed} are placed.`];
  if (gang && placed > 0 && placed < replicas) return [`${name} is a gang, and only ${placed} of it are placed.`];
  return [];
}

function ruleFaults(
  nodes: readonly PlanNode[],
  services: readonly PlanService[],
  placements: readonly Placement[],
): string[] {
  const zones = new Map(nodes.map(({ name, zone }) => [name, zone === undefined ? `alone:${name}` : `zone:${zone}`]));
  const where = new Map<string, Map<string, number>>();
  for (const { service, node, replicas } of placements)
    for (const domain of [`node:${node}`, zones.get(node) ?? '']) {
      const counts = where.get(service) ?? new Map<string, number>();
      where.set(service, counts.set(domain, (counts.get(domain) ?? 0) + replicas));
    }
  const near = (service: string, domain: string) => where.get(service)?.get(domain) ?? 0;
  const byName = new Map(services.map((service) => [service.name, service]));
  const placed = placedByService(placements);
  const placedOf = (service: string) => placed.get(service) ?? 0;
  return placements.flatMap(({ service: name, node }) => {
    const service = byName.get(name);
    if (!service) return [];
    const domainOf = (within: 'node' | 'zone') => (within === 'node' ? `node:${node}` : (zones.get(node) ?? ''));
    return [
      ...service.affinity
        .filter(({ with: other, within }) =>
          other === name ? near(name, domainOf(within)) < placedOf(name) : near(other, domainOf(within)) === 0,
        )
        .map((rule) => `${name} on ${node} needs ${rule.with} in the same ${rule.within}.`),
      ...service.antiAffinity
        .filter((rule) => near(rule.with, domainOf(rule.within)) > (rule.with === name ? 1 : 0))
        .map((rule) => `${name} on ${node} may not have ${rule.with} in the same ${rule.within}.`),
    ];
  });
}
