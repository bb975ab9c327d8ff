import { z } from 'zod';
import { bytes, capability } from '../capability.js';
import { rejections } from './recommender.js';

/* Models: how they are trained, measured, kept and replaced. */

const algorithm = z.enum(['ease', 'ials']);

/** The result of an evaluation on held-out interactions. All metrics are between 0 and 1. */
export const rankingFigures = z.object({
  users: z.number().int().nonnegative(),
  items: z.number().int().nonnegative(),
  hr10: z.number(),
  ndcg10: z.number(),
  recall20: z.number(),
  recall50: z.number(),
  mrr: z.number(),
  /** The 95 % confidence interval of each metric, from its variance over the users. */
  ci95: z.record(z.string(), z.tuple([z.number(), z.number()])),
});
export type RankingFigures = z.infer<typeof rankingFigures>;

const settings = z.object({
  /** `auto`: EASE^R up to 20,000 items, iALS beyond. */
  algorithm: z.enum(['auto', 'ease', 'ials']).default('auto'),
  /** The L2 penalty; each algorithm has its own default. */
  regularisation: z.number().positive().max(1e9).optional(),
  /** iALS: the length of the factor vectors. */
  factors: z.number().int().min(4).max(512).optional(),
  /** iALS: the number of sweeps over users and items. */
  sweeps: z.number().int().min(1).max(200).optional(),
  /** Users and items with fewer interactions are left out of the training (k-core). */
  minInteractions: z.number().int().min(1).max(1_000).default(1),
  /** Interactions of a lower value, such as ratings below 4, are no sign of interest. */
  minValue: z.number().optional(),
});

export const train = capability({
  name: 'recommender.train',
  summary:
    'Trains a model, measures it on held-out interactions, and serves it unless it is worse than the serving one.',
  timeoutMs: 3_600_000,
  input: settings.extend({
    /** Serve the new model even if it is worse. */
    force: z.boolean().default(false),
  }),
  output: z.object({
    version: z.string(),
    algorithm,
    users: z.number().int().nonnegative(),
    items: z.number().int().nonnegative(),
    interactions: z.number().int().nonnegative(),
    /** The number of stored rows that the training did not use, by reason. */
    leftOut: z.record(z.string(), z.number().int().nonnegative()),
    figures: rankingFigures,
    /** The result of the serving model on the same held-out interactions. */
    servingFigures: rankingFigures.optional(),
    replaced: z.boolean(),
    reason: z.string(),
    seconds: z.number().nonnegative(),
  }),
  example: {
    input: { algorithm: 'auto', minInteractions: 1, force: false },
    output: {
      version: '019a0000-0000-7000-8000-000000000000',
      algorithm: 'ease',
      users: 943,
      items: 1_682,
      interactions: 100_000,
      leftOut: {},
      figures: {
        users: 943,
        items: 1_682,
        hr10: 0.2,
        ndcg10: 0.1,
        recall20: 0.3,
        recall50: 0.5,
        mrr: 0.1,
        ci95: { hr10: [0.18, 0.22] },
      },
      replaced: true,
      reason: 'nothing was served before',
      seconds: 2.5,
    },
  },
});

const modelVersion = z.object({
  version: z.string(),
  algorithm,
  createdAt: z.iso.datetime(),
  users: z.number().int().nonnegative(),
  items: z.number().int().nonnegative(),
  interactions: z.number().int().nonnegative(),
  ndcg10: z.number(),
});
export type ModelVersion = z.infer<typeof modelVersion>;

export const models = capability({
  name: 'recommender.models',
  summary: 'Lists the kept models, newest first, and which one serves.',
  timeoutMs: 10_000,
  input: z.object({}),
  output: z.object({ serving: z.string().optional(), versions: z.array(modelVersion) }),
  example: { input: {}, output: { versions: [] } },
});

export const rollback = capability({
  name: 'recommender.rollback',
  summary: 'Serves the given version, or what served before: without an earlier version no model of the tenant.',
  timeoutMs: 30_000,
  input: z.object({ version: z.string().min(1).max(64).optional() }),
  /** The serving version now and before; absent while no model of the tenant serves. */
  output: z.object({ serving: z.string().optional(), before: z.string().optional() }),
  example: { input: {}, output: { serving: 'v1', before: 'v2' } },
});

export const evaluate = capability({
  name: 'recommender.evaluate',
  summary:
    'Trains on a file of ratings and evaluates the result by a published protocol. Stored data is not used or changed.',
  timeoutMs: 3_600_000,
  input: settings.extend({
    file: bytes(),
    format: z.enum(['jsonl', 'csv']).default('csv'),
    /**
     * `full`: ranks all items that a held-out user has not seen (80/20). `ncf`: ranks the last item of each user among
     * 100 (He et al. 2017).
     */
    protocol: z.enum(['full', 'ncf']),
    seed: z.number().int().nonnegative().default(42),
  }),
  output: rankingFigures.extend({
    protocol: z.string(),
    algorithm,
    seed: z.number(),
    /** The number of unused rows: invalid, or excluded by the settings. */
    leftOut: z.number(),
    rejections,
    seconds: z.number(),
  }),
  example: {
    input: { file: new TextEncoder().encode('user,item\nu1,kettle\n'), protocol: 'ncf' },
    output: {
      users: 943,
      items: 1_682,
      hr10: 0.7,
      ndcg10: 0.4,
      recall20: 0.8,
      recall50: 0.9,
      mrr: 0.35,
      ci95: { hr10: [0.67, 0.73] },
      protocol: 'ncf',
      algorithm: 'ease',
      seed: 42,
      leftOut: 0,
      rejections: [],
      seconds: 3.1,
    },
  },
});
