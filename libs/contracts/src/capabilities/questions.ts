import { z } from 'zod';
import { capability } from '../capability.js';
import { textEmbeddingSchema } from '../embedding.js';
import { isRunId } from '../ids.js';
import { citationSchema } from './retrieval.js';

/*
 * What was asked and what answered it: the retrieval service keeps it for the authors of its documents. The texts are
 * those that the pipeline passes on, which should be redacted.
 */

const asked = z.string().min(1).max(8_000);
const userSchema = z.string().min(1).max(200);
const documentId = z.string().min(1).max(128);

export const note = capability({
  name: 'retrieval.note',
  summary: 'Keeps the questions of a run and the documents that answered them, for the authors of the documents.',
  // A caller waits for his answer meanwhile, and reads nothing of it.
  timeoutMs: 1_500,
  input: z.object({
    questions: z.array(asked).min(1).max(3),
    /** Those of the questions that no document answered. */
    unanswered: z.array(asked).max(3).default([]),
    answer: z.string().max(20_000).default(''),
    citations: z.array(citationSchema).max(50).default([]),
    /** Who asked: what is kept is deleted with the user's data. */
    user: userSchema.optional(),
    /** Of one of the questions, if an earlier step has computed it. */
    embedding: textEmbeddingSchema.optional(),
  }),
  output: z.object({
    /** False if the run was noted before. */
    noted: z.boolean(),
  }),
  example: {
    input: {
      questions: ['Do you sell gold bars?'],
      unanswered: ['Do you sell gold bars?'],
      answer: 'I could not find anything about that in our help centre.',
      citations: [],
    },
    output: { noted: true },
  },
});

export const questions = capability({
  name: 'retrieval.questions',
  summary: 'Lists what was asked: the unanswered questions, grouped by meaning, or those that a document answered.',
  timeoutMs: 30_000,
  input: z
    .object({
      /** Only those that no document answered, grouped by meaning, the largest group first. */
      unanswered: z.boolean().default(false),
      /** Only those that this document answered. */
      document: documentId.optional(),
      limit: z.number().int().min(1).max(500).default(50),
    })
    .refine(({ unanswered, document }) => !(unanswered && document !== undefined), {
      path: ['document'],
      message: 'No document answered an unanswered question: give `unanswered` or `document`, not both.',
    }),
  output: z.object({
    /** One wording of each group. Without `unanswered`, a group is one wording, and the last asked comes first. */
    questions: z.array(
      z.object({
        question: z.string(),
        count: z.number().int().positive(),
        lastAskedAt: z.iso.datetime(),
      }),
    ),
    /** The questions in all groups, also beyond the limit. */
    total: z.number().int().nonnegative(),
    /** Answers among them that customers found helpful, and those that they did not. */
    helpful: z.number().int().nonnegative(),
    notHelpful: z.number().int().nonnegative(),
  }),
  example: {
    input: { unanswered: true, limit: 10 },
    output: {
      questions: [{ question: 'Do you sell gold bars?', count: 12, lastAskedAt: '2026-01-31T09:30:00.000Z' }],
      total: 12,
      helpful: 0,
      notHelpful: 1,
    },
  },
});

/** What a customer thinks of an answer: the data of the event `org.llmos.feedback`, and a line of its export. */
export const feedbackSchema = z.object({
  /** The run that answered. */
  run: z.string(),
  /** When it was last given. */
  at: z.iso.datetime(),
  helpful: z.boolean(),
  /** What the answer should have been. */
  correction: z.string().optional(),
  comment: z.string().optional(),
  questions: z.array(z.string()),
  answer: z.string(),
  /** What the answer cites. */
  documents: z.array(z.string()),
  passages: z.array(z.string()),
});

const runId = z.string().refine(isRunId, 'This is not a run id. Send that of the reply.');
const opinion = z.string().max(4_000);

export const rate = capability({
  name: 'retrieval.rate',
  summary:
    'Keeps what a customer thinks of an answer, and publishes it on llmos.out.<tenant>.feedback. The last counts.',
  timeoutMs: 10_000,
  input: z.object({
    run: runId,
    helpful: z.boolean(),
    /** What the answer should have been. Empty is none. */
    correction: opinion.optional(),
    comment: opinion.optional(),
  }),
  output: z.object({
    run: z.string(),
    helpful: z.boolean(),
    /** False if the same was said before. */
    changed: z.boolean(),
  }),
  example: {
    input: { run: '019a20a9-2d57-739a-8add-326838ae97de', helpful: false, correction: 'It takes two days.' },
    output: { run: '019a20a9-2d57-739a-8add-326838ae97de', helpful: false, changed: true },
  },
});

export const listFeedback = capability({
  name: 'retrieval.feedback',
  summary: 'Lists what customers think of answers, by run, in pages.',
  timeoutMs: 30_000,
  input: z.object({
    limit: z.number().int().min(1).max(500).default(200),
    /** The `next` of the page before. */
    after: runId.optional(),
  }),
  output: z.object({ feedback: z.array(feedbackSchema), next: z.string().optional() }),
  example: {
    input: { limit: 10 },
    output: {
      feedback: [
        {
          run: '019a20a9-2d57-739a-8add-326838ae97de',
          at: '2026-01-31T09:30:00.000Z',
          helpful: false,
          correction: 'It takes two days.',
          questions: ['How long does a transfer take?'],
          answer: 'A transfer takes five days.',
          documents: ['transfer-timing'],
          passages: ['transfer-timing#0'],
        },
      ],
    },
  },
});

export const forgetAsker = capability({
  name: 'retrieval.forget',
  summary: 'Deletes what is kept of the questions of a user, and their feedback.',
  timeoutMs: 30_000,
  input: z.object({ user: userSchema }),
  output: z.object({ questions: z.number().int().nonnegative() }),
  example: { input: { user: 'u-1' }, output: { questions: 3 } },
});
