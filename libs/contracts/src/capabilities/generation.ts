import { z } from 'zod';
import { capability } from '../capability.js';
import { passageSchema } from './retrieval.js';

export const citationSchema = z.object({
  document: z.string(),
  title: z.string(),
  passage: z.string(),
  score: z.number(),
});

/**
 * The origin of the answer. `generated`: every sentence is the model's and was checked; `repaired`: some were replaced
 * by sentences of the passages; `extracted`: all were; `none`: no passage was relevant, and the answer states that;
 * `off`: the text of the model, unchecked, at the caller's request.
 */
export const groundingSchema = z.enum(['generated', 'repaired', 'extracted', 'none', 'off']);

export const answer = capability({
  name: 'generation.answer',
  summary:
    'Answers a question from passages and cites them; sentences that the passages do not support are not released.',
  timeoutMs: 60_000,
  input: z.object({
    /** Empty if nothing was transcribed: the answer then asks the caller to repeat the question. */
    question: z.string().max(4_000),
    passages: z.array(passageSchema).max(50).default([]),
    /** The detected intent; `out_of_scope` raises the threshold of relevance. */
    intent: z.string().optional(),
    grounding: z.enum(['on', 'off']).default('on'),
    maxTokens: z.number().int().min(1).max(1_024).default(120),
  }),
  output: z.object({
    text: z.string(),
    citations: z.array(citationSchema),
    grounding: groundingSchema,
    model: z.string(),
    usage: z.object({ inputTokens: z.number().int().nonnegative(), outputTokens: z.number().int().nonnegative() }),
    /** True if the model failed and the passages alone answered. */
    degraded: z.boolean(),
  }),
  example: {
    input: {
      question: 'When will my card arrive?',
      passages: [
        {
          id: 'card-arrival#0',
          document: 'card-arrival',
          title: 'My new card has not arrived yet',
          text: 'A new card arrives within 5 working days.',
          score: 0.032,
          similarity: 0.71,
        },
      ],
      intent: 'card_arrival',
    },
    output: {
      text: 'A new card arrives within 5 working days.',
      citations: [
        { document: 'card-arrival', title: 'My new card has not arrived yet', passage: 'card-arrival#0', score: 0.71 },
      ],
      grounding: 'generated',
      model: 'smollm2-135m-instruct-q4_1',
      usage: { inputTokens: 212, outputTokens: 13 },
      degraded: false,
    },
  },
});
