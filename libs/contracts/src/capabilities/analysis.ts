import { z } from 'zod';
import { capability } from '../capability.js';
import { spanSchema } from '../span.js';

const confidence = z.number().min(0).max(1);

/** One text; a long text is analysed in windows. */
const text = z.string().min(1).max(100_000);
const texts = z.array(text).min(1).max(64);

export const analysisTasks = [
  'language',
  'sentiment',
  'aspects',
  'topics',
  'entities',
  'relations',
  'key_phrases',
  'summary',
] as const;

const polarity = z.enum(['positive', 'negative', 'neutral']);

const labels = z.array(z.string().min(1).max(100)).min(2).max(100);

export const entityTypes = ['person', 'organisation', 'place', 'date', 'money', 'email', 'product'] as const;

const entity = spanSchema.extend({
  type: z.enum(entityTypes),
  text: z.string(),
  confidence,
  /** The value in a normalised form: a date as YYYY-MM-DD, money as `12.50 EUR`. */
  value: z.string().optional(),
});
export type Entity = z.infer<typeof entity>;

const relation = z.object({
  /** Such as `works_for`; declared in `deploy/relations.yaml`. */
  type: z.string(),
  subject: entity,
  object: entity,
  /** The part of the text that expresses the relation. */
  evidence: spanSchema,
  confidence,
});

const scoredLabel = z.object({ label: z.string(), confidence });

/** Present if the text was not analysed. */
const unsupported = z.object({ code: z.literal('unsupported_language'), message: z.string() }).optional();

const analysisOf = z.object({
  /**
   * ISO 639-1, or `und` if the text is too short or too mixed to tell; it is then taken for English. If `supported` is
   * false, the result contains nothing else.
   */
  language: z.object({ code: z.string(), confidence, supported: z.boolean() }),
  error: unsupported,
  /** Its span is the whole text. */
  sentiment: spanSchema
    .extend({
      label: polarity,
      confidence,
      /** Probability of positive against negative, whatever the label. */
      positive: confidence,
    })
    .optional(),
  /** What opinions are about, with the sentiment of each. */
  aspects: z.array(spanSchema.extend({ aspect: z.string(), label: polarity, confidence })).optional(),
  /** Best first; the span is the whole text. */
  topics: z.array(scoredLabel.extend(spanSchema.shape)).optional(),
  entities: z.array(entity).optional(),
  relations: z.array(relation).optional(),
  keyPhrases: z.array(spanSchema.extend({ text: z.string(), confidence })).optional(),
  /** Sentences of the text, in text order. */
  summary: z.array(spanSchema.extend({ text: z.string(), confidence })).optional(),
});
export type TextAnalysis = z.infer<typeof analysisOf>;

export const analyze = capability({
  name: 'analysis.analyze',
  summary: 'Analyses texts: language, sentiment, aspects, topics, entities, relations, key phrases, summary.',
  timeoutMs: 60_000,
  input: z.object({
    texts,
    tasks: z
      .array(z.enum(analysisTasks))
      .min(1)
      .max(analysisTasks.length)
      .default(['language', 'sentiment', 'entities', 'relations', 'key_phrases']),
    /** For `topics`: the labels to choose from, in words (zero-shot). */
    labels: labels.optional(),
    /** For `topics`: a classifier of `analysis.train_classifier`, instead of `labels`. */
    classifier: z.string().min(1).max(64).optional(),
    /** The language of the texts, if the caller knows it. Default: detected. */
    language: z.literal('en').optional(),
    /** Length of a summary. */
    sentences: z.number().int().min(1).max(20).default(3),
  }),
  output: z.object({
    analyses: z.array(analysisOf),
    /** The findings as one or two spoken sentences. */
    sentence: z.string(),
    models: z.array(z.string()),
    /** True if sentiment or aspects are missing because their model failed. */
    degraded: z.boolean(),
  }),
  example: {
    input: {
      texts: ['Ada Lovelace works for Acme in London. The office is lovely.'],
      tasks: ['language', 'sentiment'],
    },
    output: {
      analyses: [
        {
          language: { code: 'en', confidence: 0.99, supported: true },
          sentiment: { start: 0, end: 60, label: 'positive', confidence: 0.93, positive: 0.97 },
        },
      ],
      sentence: 'The text is English and positive.',
      models: ['minilm'],
      degraded: false,
    },
  },
});

export const classify = capability({
  name: 'analysis.classify',
  summary: 'Assigns texts to labels, by the meaning of the labels (zero-shot) or by a classifier trained on examples.',
  timeoutMs: 30_000,
  input: z.object({
    texts,
    labels: labels.optional(),
    classifier: z.string().min(1).max(64).optional(),
    /** The language of the texts, if the caller knows it. Default: detected if `labels` are given. */
    language: z.literal('en').optional(),
  }),
  output: z.object({
    /** One per text; without a label if the language is not supported. */
    results: z.array(
      z.object({
        label: z.string().optional(),
        confidence: confidence.optional(),
        scores: z.array(scoredLabel),
        error: unsupported,
      }),
    ),
    model: z.string(),
  }),
  example: {
    input: { texts: ['The bill is wrong.'], labels: ['billing', 'delivery'] },
    output: {
      results: [
        {
          label: 'billing',
          confidence: 0.8,
          scores: [
            { label: 'billing', confidence: 0.8 },
            { label: 'delivery', confidence: 0.2 },
          ],
        },
      ],
      model: 'minilm',
    },
  },
});

const classifierName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, "a classifier's name is lower-case letters, digits, '-' and '_'");

export const trainClassifier = capability({
  name: 'analysis.train_classifier',
  summary: 'Trains a classifier on examples, at least 8 per label, and stores it under its name.',
  timeoutMs: 600_000,
  input: z.object({
    name: classifierName,
    examples: z
      .array(z.object({ text: z.string().min(1).max(10_000), label: z.string().min(1).max(100) }))
      .min(2)
      .max(20_000),
  }),
  output: z.object({
    name: z.string(),
    version: z.string(),
    labels: z.array(z.string()),
    examples: z.number().int().positive(),
    /** Cross-validated on the examples. */
    accuracy: z.number(),
    seconds: z.number().nonnegative(),
  }),
  example: {
    input: {
      name: 'tickets',
      examples: [
        ...['bill', 'invoice', 'charge', 'refund', 'fee', 'payment', 'price', 'receipt'].map((word) => ({
          text: `The ${word} is wrong.`,
          label: 'billing',
        })),
        ...['parcel', 'order', 'package', 'courier', 'box', 'letter', 'delivery', 'van'].map((word) => ({
          text: `Where is my ${word}?`,
          label: 'delivery',
        })),
      ],
    },
    output: {
      name: 'tickets',
      version: '019a0000-0000-7000-8000-000000000000',
      labels: ['billing', 'delivery'],
      examples: 16,
      accuracy: 1,
      seconds: 0.4,
    },
  },
});

export const deleteClassifier = capability({
  name: 'analysis.delete_classifier',
  summary: 'Deletes a classifier.',
  timeoutMs: 10_000,
  input: z.object({ name: classifierName }),
  output: z.object({ name: z.string(), deleted: z.boolean() }),
  example: { input: { name: 'tickets' }, output: { name: 'tickets', deleted: true } },
});
