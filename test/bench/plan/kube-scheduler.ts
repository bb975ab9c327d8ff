import { setTimeout as delay } from 'node:timers/promises';
import type { PlanInput } from '../../../apps/scheduler/src/plan/model/problem-of.js';
import { ControlPlane, type Scoring } from './control-plane.ts';

const ACCELERATOR = 'example.com/accelerator';
const TOPOLOGY = { node: 'kubernetes.io/hostname', zone: 'topology.kubernetes.io/zone' };
/** No pod is bound for so long and each has been looked at: what is pending stays so. */
const SETTLED_MS = 10_000;
const POLL_MS = 500;

interface Pod {
  readonly metadata: { readonly labels: { readonly app: string } };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly reason?: string }[] };
}

/** One entry for each replica that has a place. */
export interface Bound {
  readonly service: string;
  readonly node: string;
}

/** Gives the replicas of a request to a real kube-scheduler, service by service, and waits until it has decided. */
export async function placeWithKubernetes(
  { nodes, services }: Pick<PlanInput, 'nodes' | 'services'>,
  { programs, scoring }: { programs: string; scoring: Scoring },
): Promise<{ readonly bound: Bound[]; readonly seconds: number }> {
  const plane = await ControlPlane.start(programs, scoring);
  try {
    for (const node of nodes) await plane.create('/api/v1/nodes', nodeOf(node));
    const from = performance.now();
    for (const service of services)
      for (let at = 0; at < service.replicas; at++)
        await plane.create('/api/v1/namespaces/default/pods', podOf(service, at));
    let [lastBound, lastAt] = [-1, performance.now()];
    for (;;) {
      const pods = await plane.list<Pod>('/api/v1/namespaces/default/pods');
      const bound = pods.flatMap(({ metadata, spec }) =>
        spec.nodeName === undefined ? [] : [{ service: metadata.labels.app, node: spec.nodeName }],
      );
      if (bound.length !== lastBound) [lastBound, lastAt] = [bound.length, performance.now()];
      const isSettled = performance.now() - lastAt > SETTLED_MS && pods.every((pod) => isDecided(pod));
      if (bound.length === pods.length || isSettled) return { bound, seconds: (lastAt - from) / 1_000 };
      await delay(POLL_MS);
    }
  } finally {
    await plane.stop();
  }
}

const isDecided = ({ spec, status }: Pod) =>
  spec.nodeName !== undefined || status.conditions?.some(({ reason }) => reason === 'Unschedulable');

function nodeOf({ name, cores, memoryMb, accelerators, zone, labels }: PlanInput['nodes'][number]) {
  const capacity = {
    ...{ cpu: `${Math.round(cores * 1_000)}m`, memory: `${memoryMb}M`, pods: '1000' },
    ...(accelerators.length > 0 ? { [ACCELERATOR]: `${accelerators.length}` } : {}),
  };
  const place = { [TOPOLOGY.node]: name, ...(zone === undefined ? {} : { [TOPOLOGY.zone]: zone }) };
  return {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...labels, ...place } } },
    status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function podOf(service: PlanInput['services'][number], at: number) {
  const { name, cores, memoryMb, accelerator, nodeSelector, affinity, antiAffinity } = service;
  const requests = {
    ...{ cpu: `${Math.round(cores * 1_000)}m`, memory: `${memoryMb}M` },
    ...(accelerator ? { [ACCELERATOR]: `${accelerator.count}` } : {}),
  };
  const required = (rules: typeof affinity) => ({
    requiredDuringSchedulingIgnoredDuringExecution: rules.map(({ with: app, within }) => ({
      labelSelector: { matchLabels: { app } },
      topologyKey: TOPOLOGY[within],
    })),
  });
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-${at}`, labels: { app: name } } },
    spec: {
      containers: [
        { name: 'work', image: 'none', resources: { requests, limits: accelerator ? requests : undefined } },
      ],
      ...{ nodeSelector, affinity: { podAffinity: required(affinity), podAntiAffinity: required(antiAffinity) } },
    },
  };
}
