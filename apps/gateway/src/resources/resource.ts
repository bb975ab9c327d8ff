import type { Reply } from '@llmos/contracts';
import { z } from 'zod';

/** The input of a resource. Its pipeline defines and checks the fields. */
export const resourceInput = z.record(z.string(), z.unknown());
export type ResourceInput = z.infer<typeof resourceInput>;

/** The reply of a resource: the details of its pipeline, and the id of the run. */
export const resourceReply = z.looseObject({ run_id: z.string() });
export type ResourceReply = z.infer<typeof resourceReply>;

export function toResourceReply({ details, run_id }: Reply): ResourceReply {
  const own = Object.entries(details).filter(([name]) => name !== 'timings' && name !== 'totalMs');
  return { ...Object.fromEntries(own), run_id };
}
