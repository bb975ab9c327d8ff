import type { RunContext } from '@llmos/contracts';
import type { handoverSchema } from '@llmos/contracts/capabilities/conversation';
import type { z } from 'zod';

export type Handover = z.infer<typeof handoverSchema>;

/** Brings conversations to the people who take over. Rejects with `UNAVAILABLE`; a repetition publishes nothing more. */
export interface HandoverChannel {
  publish(context: RunContext, handover: Handover): Promise<void>;
}

/** The token under which Nest injects the port. */
export const HANDOVER_CHANNEL = Symbol('HandoverChannel');
