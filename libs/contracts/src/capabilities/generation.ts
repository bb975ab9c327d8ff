import { z } from 'zod';
import { capability } from '../capability.js';
import { choiceSchema, citationSchema, passageSchema } from './retrieval.js';

/**
 * The origin of the answer. `generated`: every sentence is the model's and was checked; `repaired`: some were replaced
 * by sentences of the passages; `extracted`: all were; `none`: no passage was relevant, and the answer states that, or
 * several were, and the answer asks which is meant; `off`: the text of the model, unchecked, at the caller's request.
 */
export const groundingSchema = z.enum(['generated', 'repaired', 'extracted', 'none', 'off']);

export const answer = capability({
  name: 'generation.answer',
  summary:
    'Answers a question from passages and cites them; sentences that the passages do not support are not released.',
  timeoutMs: 60_000,
  reads: ['history', 'question'],
  input: z.object({
    /** Empty if nothing was transcribed: the answer then asks the caller to repeat the question. */
    question: z.string().max(4_000),
    /** With `grounding: off`, the turns before the question, the oldest first. */
    history: z
      .array(z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(4_000) }))
      .max(64)
      .optional(),
    /** The questions in `question`, if passages name theirs. */
    questions: z.array(z.string().max(4_000)).max(3).optional(),
    /** The language of what the answer says itself, where it does not quote; English if it has no words of it. */
    language: z.string().max(8).optional(),
    /** Said after the answer. */
    notice: z.string().max(500).optional(),
    /** Said after an answer that states nothing: nothing was found, or it asks back. Not said with a notice. */
    offer: z.string().max(500).optional(),
    passages: z.array(passageSchema).max(50).default([]),
    grounding: z.enum(['on', 'off']).default('on'),
    /** Answers with sentences of the passages alone: no language model reads the question. */
    quote: z.boolean().default(false),
    maxTokens: z.number().int().min(1).max(1_024).default(120),
    /** The least class of the language model, where there are several; the cheapest of those is asked first. */
    quality: z.number().int().min(1).max(9).optional(),
  }),
  output: z.object({
    text: z.string(),
    citations: z.array(citationSchema),
    /** The documents that the answer asks the caller to choose from; empty if it asks nothing. */
    choices: z.array(choiceSchema).max(5).default([]),
    /** The questions that no passage answered; a question that is asked back is not among them. */
    unanswered: z.array(z.string()).max(3).default([]),
    grounding: groundingSchema,
    /** Whether `offer` was said. */
    offered: z.boolean().default(false),
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
          score: 1.02,
          similarity: 0.71,
          relevance: 0.97,
        },
      ],
    },
    output: {
      text: 'A new card arrives within 5 working days.',
      citations: [
        { document: 'card-arrival', title: 'My new card has not arrived yet', passage: 'card-arrival#0', score: 0.71 },
      ],
      choices: [],
      unanswered: [],
      grounding: 'generated',
      offered: false,
      model: 'smollm2-135m-instruct-q4_1',
      usage: { inputTokens: 212, outputTokens: 13 },
      degraded: false,
    },
  },
});
