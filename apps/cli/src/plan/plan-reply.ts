import { planOutputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import type { z } from 'zod';

/** The details of a run of `plan_resources`. */
export type PlanReply = z.output<typeof planOutputSchema>;
export type Placement = PlanReply['placements'][number];
export const planReplySchema = planOutputSchema;
