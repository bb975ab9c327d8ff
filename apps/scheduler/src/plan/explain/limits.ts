import type { z } from 'zod';
import type { planLimitSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import type { PlanNode, PlanService } from '../model/problem-of.js';

export type Limit = z.output<typeof planLimitSchema>;

/** How much a replica needs of what a limit is about, in the units of the request. */
export function needOf({ cores, memoryMb, accelerator }: PlanService, limit: Limit): number {
  return limit === 'cores' ? cores : limit === 'memory' ? memoryMb : (accelerator?.count ?? 0);
}

/** How much of it a node has. */
export function sizeOf(
  { cores, memoryMb, accelerators }: PlanNode,
  { accelerator }: PlanService,
  limit: Limit,
): number {
  if (limit === 'cores') return cores;
  if (limit === 'memory') return memoryMb;
  return accelerators.filter((device) => device.memoryMb >= (accelerator?.memoryMb ?? 0)).length;
}

/** What is counted. */
export function limitName(limit: Limit, { accelerator }: PlanService): string {
  if (limit === 'memory') return 'MB';
  if (limit !== 'accelerators') return 'cores';
  return accelerator && accelerator.memoryMb > 0 ? `accelerators of ${accelerator.memoryMb} MB` : 'accelerators';
}
