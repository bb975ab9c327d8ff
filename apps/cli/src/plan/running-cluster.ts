import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import type { signalsOutputSchema } from '@llmos/contracts/capabilities/scheduler-signals';
import type { z } from 'zod';
import type { PlanRequest } from './cluster-file.js';

/** What a machine has for LLM OS. */
export interface Machine {
  /** As Kubernetes names nodes: lower case. */
  readonly name: string;
  readonly cores: number;
  /** What is neither in use by others nor kept by the system, without what LLM OS itself uses, in bytes. */
  readonly freeBytes: number;
}

type Processes = Pick<z.output<typeof signalsOutputSchema>, 'processes'>;

const MEGABYTE = 1_000_000;

/**
 * The services that run on this machine as a request for a plan: each replica needs as much as the one of its service that
 * has used most. Pure.
 */
export function runningCluster({ processes }: Processes, machine: Machine): PlanRequest {
  const usedBytes = processes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const services = [...Map.groupBy(processes, ({ service }) => service)].map(([name, replicas]) => ({
    ...{ name, replicas: replicas.length, places: replicas.map(() => machine.name) },
    cores: Math.ceil(1_000 * Math.max(...replicas.map(({ cores }) => cores))) / 1_000,
    memoryMb: Math.ceil(Math.max(...replicas.map(({ memoryBytes }) => memoryBytes)) / MEGABYTE),
  }));
  const memoryMb = Math.floor((machine.freeBytes + usedBytes) / MEGABYTE);
  return planInputSchema.parse({ nodes: [{ name: machine.name, cores: machine.cores, memoryMb }], services });
}
