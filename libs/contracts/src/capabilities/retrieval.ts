import { z } from 'zod';
import { capability } from '../capability.js';
import { textEmbeddingSchema } from '../embedding.js';

/** A piece of a document, small enough to be quoted and large enough to answer. */
export const passageSchema = z.object({
  /** `<document>#<number>`. */
  id: z.string(),
  document: z.string(),
  title: z.string(),
  text: z.string(),
  /** Rank-fused score of the search; only its order means something. */
  score: z.number(),
  /** Cosine similarity of question and passage, -1 to 1: how near it is, whatever else was found. */
  similarity: z.number(),
});
export type Passage = z.infer<typeof passageSchema>;

export const documentSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/, "an id is letters, digits, '-' and '_', at most 128"),
  title: z.string().min(1).max(300),
  /** Markdown. */
  text: z.string().min(1).max(200_000),
  /** Intents that this document answers; they lift it in a search that names one. */
  intents: z.array(z.string()).max(50).default([]),
});

export const search = capability({
  name: 'retrieval.search',
  summary: 'Finds the passages that answer a question, by words (BM25) and by meaning (vectors).',
  timeoutMs: 10_000,
  input: z.object({
    query: z.string().min(1).max(4_000),
    limit: z.number().int().min(1).max(50).default(5),
    /** Lifts passages of documents written for this intent. */
    intent: z.string().optional(),
    /** Of `query`, where a step before has it. */
    embedding: textEmbeddingSchema.optional(),
  }),
  output: z.object({
    passages: z.array(passageSchema),
    documents: z.number().int().nonnegative(),
    /** Of `query`, for a later step that needs it too. */
    embedding: textEmbeddingSchema.optional(),
  }),
  example: {
    input: { query: 'When will my card arrive?', limit: 3, intent: 'card_arrival' },
    output: {
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
      documents: 77,
    },
  },
});

export const upsert = capability({
  name: 'retrieval.upsert',
  summary: 'Adds a document, or replaces the one with the same id. Found by searches as soon as this answers.',
  timeoutMs: 60_000,
  input: z.object({ document: documentSchema }),
  output: z.object({ id: z.string(), passages: z.number().int().nonnegative(), replaced: z.boolean() }),
  example: {
    input: { document: { id: 'opening-hours', title: 'Opening hours', text: 'We answer from 8 to 20.', intents: [] } },
    output: { id: 'opening-hours', passages: 1, replaced: false },
  },
});

export const remove = capability({
  name: 'retrieval.delete',
  summary: 'Deletes a document. No search finds it once this has answered.',
  timeoutMs: 10_000,
  input: z.object({ id: z.string().min(1).max(128) }),
  output: z.object({ id: z.string(), deleted: z.boolean() }),
  example: { input: { id: 'opening-hours' }, output: { id: 'opening-hours', deleted: true } },
});
