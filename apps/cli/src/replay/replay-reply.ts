import { replayOutputSchema } from '@llmos/contracts/capabilities/scheduler-replay';
import type { z } from 'zod';

export const replayReplySchema = replayOutputSchema;
export type ReplayReply = z.output<typeof replayReplySchema>;
