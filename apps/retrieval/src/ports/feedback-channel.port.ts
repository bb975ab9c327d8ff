import type { RunContext } from '@llmos/contracts';
import type { feedbackSchema } from '@llmos/contracts/capabilities/questions';
import type { z } from 'zod';

export type GivenFeedback = z.infer<typeof feedbackSchema>;

/** Brings feedback to other systems. Rejects with `UNAVAILABLE`; a repetition of the run publishes nothing more. */
export interface FeedbackChannel {
  publish(context: RunContext, feedback: GivenFeedback): Promise<void>;
}

/** The token under which Nest injects the port. */
export const FEEDBACK_CHANNEL = Symbol('FeedbackChannel');
