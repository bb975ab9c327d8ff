import type { Placement } from './plan-reply.js';

/**
 * Commands that make Kubernetes place Deployments as planned: each service is bound to its nodes by their host names,
 * and spread over them as evenly as the plan has it. Kubernetes then moves the replicas, in the order of its own
 * roll-out. A Deployment has the name of its service, and its pods the label `app` with this name.
 */
export function kubernetesPatches(placements: readonly Placement[]): string[] {
  const services = Map.groupBy(placements, ({ service }) => service);
  return [...services].map(
    ([service, places]) =>
      `kubectl patch deployment ${service} --type=strategic --patch='${JSON.stringify(patchOf(service, places))}'`,
  );
}

function patchOf(service: string, places: readonly Placement[]) {
  const counts = places.map(({ replicas }) => replicas);
  const nodeSelectorTerms = [
    {
      matchExpressions: [{ key: HOST, operator: 'In', values: places.map(({ node }) => node) }],
    },
  ];
  const spread = {
    maxSkew: Math.max(1, Math.max(...counts) - Math.min(...counts)),
    topologyKey: HOST,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: service } },
  };
  return {
    spec: {
      replicas: counts.reduce((sum, count) => sum + count, 0),
      template: {
        spec: {
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
          ...(places.length > 1 ? { topologySpreadConstraints: [spread] } : {}),
        },
      },
    },
  };
}

const HOST = 'kubernetes.io/hostname';
