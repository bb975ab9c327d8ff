import { z } from 'zod';
import { capability } from '../capability.js';
import { textEmbeddingSchema } from '../embedding.js';

const scored = z.object({ intent: z.string(), probability: z.number().min(0).max(1) });

/** The name given to a question that is none of the known intents. */
export const OUT_OF_SCOPE = 'out_of_scope';

export const detect = capability({
  name: 'intent.detect',
  summary: 'Says which of the known intents a sentence has, how sure that is, or that it has none.',
  timeoutMs: 10_000,
  input: z.object({
    text: z.string().min(1).max(4_000),
    /** Of `text`, where a step before has it. */
    embedding: textEmbeddingSchema.optional(),
  }),
  output: z.object({
    /** The most likely intent, or `out_of_scope`. */
    intent: z.string(),
    /** Calibrated: of answers given with 0.8, about eight in ten are right. */
    probability: z.number().min(0).max(1),
    /** The three most likely intents, whether in scope or not. */
    top: z.array(scored).max(3),
    outOfScope: z.boolean(),
    /** 0 (surely in scope) to 1 (surely not). */
    outOfScopeScore: z.number().min(0).max(1),
    /** `en`, or `und` where the writing is not one the model was trained on. */
    language: z.string(),
    model: z.string(),
  }),
  example: {
    input: { text: 'My card has not arrived yet.' },
    output: {
      intent: 'card_arrival',
      probability: 0.97,
      top: [
        { intent: 'card_arrival', probability: 0.97 },
        { intent: 'card_delivery_estimate', probability: 0.02 },
        { intent: 'order_physical_card', probability: 0.01 },
      ],
      outOfScope: false,
      outOfScopeScore: 0.02,
      language: 'en',
      model: 'banking77-linear',
    },
  },
});
