import { z } from 'zod';

/** What a person has decided. */
export const holdsSchema = z.object({
  /** Nothing is changed at all. */
  pausedAll: z.boolean().default(false),
  paused: z.array(z.string()).default([]),
  /** Processes by service. */
  pinned: z.record(z.string(), z.number().int()).default({}),
});
export type Holds = z.output<typeof holdsSchema>;
export const NO_HOLDS: Holds = holdsSchema.parse({});

export interface HoldRequest {
  readonly action: 'pin' | 'pause' | 'resume';
  readonly service?: string | undefined;
  readonly replicas?: number | undefined;
}

/** The holds after a person has asked for something. A request without a service is for all of them. */
export function held(holds: Holds, { action, service, replicas }: HoldRequest): Holds {
  if (service === undefined) return action === 'pause' ? { ...holds, pausedAll: true } : NO_HOLDS;
  const pinned = Object.fromEntries(Object.entries(holds.pinned).filter(([name]) => name !== service));
  const paused = holds.paused.filter((each) => each !== service);
  if (action === 'pin') return { ...holds, paused, pinned: { ...pinned, [service]: replicas ?? 1 } };
  return action === 'pause' ? { ...holds, paused: [...paused, service] } : { ...holds, paused, pinned };
}
