import { z } from 'zod';
import { bytes, capability } from '../capability.js';
import { textEmbeddingSchema } from '../embedding.js';

/** What an answer may quote of a passage. */
export const passageUnitSchema = z.object({
  /**
   * `text`: prose, of which any sentence may be quoted. The others are quoted whole: the `steps` of a procedure, a
   * `list` with its lead, a `row` of a table with the names of its columns. A `part` of very long steps is never quoted.
   */
  kind: z.enum(['text', 'steps', 'list', 'row', 'part']),
  text: z.string(),
  /** The headings above it, outermost first: the last may be the question that the unit answers. */
  headings: z.array(z.string()).max(10),
  /**
   * Its sentences, or the whole of what is no prose, each with its cosine with the question. Absent if they were not
   * compared: only those of the best document are.
   */
  sentences: z
    .array(z.object({ text: z.string(), similarity: z.number() }))
    .max(200)
    .optional(),
});
export type PassageUnit = z.infer<typeof passageUnitSchema>;

/** A part of a document, small enough to quote and large enough to answer. */
export const passageSchema = z.object({
  /** `<document>#<number>`. */
  id: z.string(),
  document: z.string(),
  title: z.string(),
  /** Its headings and units, each in a line. */
  text: z.string(),
  /** The structure of the text. Units and headings that do not stand in the text are not quoted. */
  units: z.array(passageUnitSchema).max(500).optional(),
  /** Evidence that the document answers the question; only its order has a meaning. */
  score: z.number(),
  /** Cosine similarity of question and passage, -1 to 1, independent of the other results. */
  similarity: z.number(),
  /**
   * Calibrated probability, 0 to 1, that the document answers the question, by its own evidence and by that of the
   * others. Absent if no search has judged the passage: whoever passes it on vouches for it.
   */
  relevance: z.number().min(0).max(1).optional(),
  /** Which of several questions it may answer, from 0. Absent: the only one. */
  question: z.number().int().nonnegative().optional(),
});
export type Passage = z.infer<typeof passageSchema>;

export const citationSchema = z.object({
  document: z.string(),
  title: z.string(),
  passage: z.string(),
  score: z.number(),
});

export const documentSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/, "an id is letters, digits, '-' and '_', at most 128"),
  title: z.string().min(1).max(300),
  /** Markdown. */
  text: z.string().min(1).max(200_000),
  /** Intents that this document answers; a search with one of them ranks it higher. */
  intents: z.array(z.string()).max(50).default([]),
});

export const search = capability({
  name: 'retrieval.search',
  summary: 'Finds the passages that answer a question, by words (BM25) and by meaning (vectors).',
  timeoutMs: 10_000,
  input: z.object({
    query: z.string().min(1).max(4_000),
    /** The questions in `query`, if they are searched apart; each finds `limit` passages. */
    questions: z.array(z.string().max(4_000)).max(3).optional(),
    /** Ways in which the only question may be two, each as its halves. One is taken if different documents surely answer both. */
    cuts: z
      .array(z.array(z.string().max(4_000)).min(2).max(2))
      .max(2)
      .optional(),
    /** What was asked before. It is searched together with `query` if `query` is not understood alone. */
    context: z.string().max(4_000).optional(),
    /** How likely it is that `query` needs its context. Absent: possible. */
    followUp: z.enum(['certain', 'likely', 'possible']).optional(),
    /** The document that the customer chose: it alone is searched, and taken to answer. */
    chosen: z.string().optional(),
    limit: z.number().int().min(1).max(50).default(5),
    /** Also compare the sentences of the best document: for an answer that quotes one. It takes some milliseconds each. */
    sentences: z.boolean().optional(),
    /** Documents written for this intent rank higher. */
    intent: z.string().optional(),
    /** Embedding of `query`, if an earlier step has computed it. */
    embedding: textEmbeddingSchema.optional(),
  }),
  output: z.object({
    passages: z.array(passageSchema),
    documents: z.number().int().nonnegative(),
    /**
     * The questions that the passages were found for; `query` alone, after the line of its context where it needs that,
     * or several that different documents answer.
     */
    questions: z.array(z.string()),
    /** Embedding of `query`, for later steps. */
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
          score: 1.02,
          similarity: 0.71,
          relevance: 0.97,
        },
      ],
      documents: 77,
      questions: ['When will my card arrive?'],
    },
  },
});

/** One of the documents that a question may be about. */
export const choiceSchema = z.object({ document: z.string(), title: z.string() });

export const quote = capability({
  name: 'retrieval.quote',
  summary: 'Answers questions from passages, word for word, as generation.answer does without a model: its fallback.',
  timeoutMs: 5_000,
  input: z.object({
    /** What the passages were found for; the `question` of a passage is an index of this list. */
    questions: z.array(z.string().max(4_000)).max(3).default([]),
    passages: z.array(passageSchema).max(50).default([]),
    /** Said where no passage is relevant, instead of a text like that of generation.answer. */
    otherwise: z.string().min(1).max(500).optional(),
    /** The language of what the answer says itself, where it does not quote. */
    language: z.string().max(8).optional(),
    /** Said after the answer. */
    notice: z.string().max(500).optional(),
    /** Said after an answer that states nothing. Not said with a notice. */
    offer: z.string().max(500).optional(),
  }),
  output: z.object({
    text: z.string(),
    citations: z.array(citationSchema),
    /** The documents that the answer asks the caller to choose from; empty if it asks nothing. */
    choices: z.array(choiceSchema).max(5).default([]),
    /** The questions that no passage answered; a question that is asked back is not among them. */
    unanswered: z.array(z.string()),
    /** Whether `offer` was said. */
    offered: z.boolean().default(false),
    /** As in the answer that it stands in for: all sentences are quoted, or none was found. */
    grounding: z.enum(['extracted', 'none']),
  }),
  example: {
    input: {
      questions: ['When will my card arrive?'],
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
      otherwise: 'I found no article about that.',
    },
    output: {
      text: 'A new card arrives within 5 working days.',
      citations: [
        { document: 'card-arrival', title: 'My new card has not arrived yet', passage: 'card-arrival#0', score: 0.71 },
      ],
      choices: [],
      unanswered: [],
      offered: false,
      grounding: 'extracted',
    },
  },
});

export const upsert = capability({
  name: 'retrieval.upsert',
  summary: 'Adds a document, or replaces the one with the same id. Searches find it when this has answered.',
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
  summary: 'Deletes a document. Searches no longer find it when this has answered.',
  timeoutMs: 10_000,
  input: z.object({ id: z.string().min(1).max(128) }),
  output: z.object({ id: z.string(), deleted: z.boolean() }),
  example: { input: { id: 'opening-hours' }, output: { id: 'opening-hours', deleted: true } },
});

const documentEntry = z.object({
  id: z.string(),
  title: z.string(),
  /** Of all tenants. */
  shared: z.boolean(),
  /** `caller`: sent or imported; `folder`: of the service's own folder. */
  from: z.enum(['caller', 'folder']),
  /** The file or address that an imported document comes from. */
  source: z.string().optional(),
  collection: z.string().optional(),
});
const documentId = z.string().min(1).max(128);

export const list = capability({
  name: 'retrieval.list',
  summary: 'Lists the documents that a tenant finds, by id, in pages.',
  timeoutMs: 10_000,
  input: z.object({
    limit: z.number().int().min(1).max(1_000).default(100),
    /** The `next` of the page before. */
    after: documentId.optional(),
  }),
  output: z.object({
    documents: z.array(documentEntry),
    total: z.number().int().nonnegative(),
    next: z.string().optional(),
  }),
  example: {
    input: { limit: 100 },
    output: {
      documents: [{ id: 'opening-hours', title: 'Opening hours', shared: false, from: 'caller', source: 'hours.pdf' }],
      total: 1,
    },
  },
});

export const get = capability({
  name: 'retrieval.get',
  summary: 'Shows a document with the passages that searches find.',
  timeoutMs: 10_000,
  input: z.object({ id: documentId }),
  output: z.object({
    document: documentEntry.extend({ text: z.string(), intents: z.array(z.string()) }),
    passages: z.array(z.object({ id: z.string(), text: z.string() })),
  }),
  example: {
    input: { id: 'opening-hours' },
    output: {
      document: {
        id: 'opening-hours',
        title: 'Opening hours',
        shared: false,
        from: 'caller',
        text: 'We answer from 8 to 20.',
        intents: [],
      },
      passages: [{ id: 'opening-hours#0', text: 'We answer from 8 to 20.' }],
    },
  },
});

/** A path or an address: it is shown, and never opened as a path. */
const sourceName = z.string().min(1).max(2_000);

export const importDocuments = capability({
  name: 'retrieval.import',
  summary:
    'Imports documents from files, archives, lists or pages, reports its progress, and names what cannot be read.',
  timeoutMs: 3_600_000,
  input: z.object({
    /** Markdown, text, HTML, PDF, DOCX, CSV, JSON, JSON Lines, or a ZIP of them. */
    file: bytes().optional(),
    name: sourceName.default('file'),
    /** Its media type, for a name without a known ending. */
    type: z.string().max(200).optional(),
    files: z
      .array(z.object({ name: sourceName, base64: z.base64() }))
      .max(10_000)
      .default([]),
    /** Pages, or sitemaps of pages. */
    urls: z.array(z.string().max(2_000)).max(1_000).default([]),
    /** As for `retrieval.upsert`. Each is checked on its own. */
    documents: z.array(z.unknown()).max(10_000).default([]),
    /** The folder or site whose documents are kept in step. */
    collection: z.string().min(1).max(200).optional(),
    /** All files of the collection: its documents of other files are deleted. */
    keep: z.array(sourceName).max(50_000).optional(),
  }),
  output: z.object({
    read: z.number().int().nonnegative(),
    stored: z.number().int().nonnegative(),
    /** Stored like that before. */
    unchanged: z.number().int().nonnegative(),
    failed: z.number().int().nonnegative(),
    deleted: z.number().int().nonnegative(),
    /** What failed, up to 1,000. */
    faults: z.array(z.object({ source: z.string(), reason: z.string() })),
  }),
  example: {
    input: { name: 'faq.csv', file: new TextEncoder().encode('question,answer\nIs it free?,Yes.\n') },
    output: { read: 1, stored: 1, unchanged: 0, failed: 0, deleted: 0, faults: [] },
  },
});
