import { z } from 'zod';
import { capability } from '../capability.js';
import { textEmbeddingSchema } from '../embedding.js';

const scored = z.object({ intent: z.string(), probability: z.number().min(0).max(1) });

/** The intent of a question that has none of the known intents. */
export const OUT_OF_SCOPE = 'out_of_scope';

export const detect = capability({
  name: 'intent.detect',
  summary: 'Detects the intent of a sentence with a calibrated probability, or that it is out of scope.',
  timeoutMs: 10_000,
  input: z.object({
    text: z.string().min(1).max(4_000),
    /** Embedding of `text`, if an earlier step has computed it. */
    embedding: textEmbeddingSchema.optional(),
  }),
  output: z.object({
    /** The most probable intent, or `out_of_scope`. */
    intent: z.string(),
    /** Calibrated: about eight in ten answers with 0.8 are right. */
    probability: z.number().min(0).max(1),
    /** The three most probable intents, whether in scope or not. */
    top: z.array(scored).max(3),
    outOfScope: z.boolean(),
    /** 0 (in scope) to 1 (out of scope). */
    outOfScopeScore: z.number().min(0).max(1),
    /** `en`, or `und` for a script that the model was not trained on. */
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
