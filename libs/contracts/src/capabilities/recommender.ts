import { z } from 'zod';
import { bytes, capability } from '../capability.js';

/** Somebody else's name for a user or an item: any text without control characters. */
const foreignId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'an id is 1 to 128 characters without control characters');

export const interactionSchema = z.object({
  user: foreignId,
  item: foreignId,
  /** What was done, such as `view`, `buy` or `rate`. */
  event: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'an event is a lower-case word')
    .default('view'),
  /** How much it says: a rating, a count, seconds. 1 where nothing is said. */
  value: z.number().min(-1_000_000).max(1_000_000).default(1),
  /** When, as RFC 3339; now where nothing is said. */
  at: z.iso.datetime({ offset: true }).optional(),
});
export type Interaction = z.output<typeof interactionSchema>;

export const itemSchema = z.object({
  id: foreignId,
  title: z.string().min(1).max(300),
  /** What is known of it in words: an item nobody has touched is found by this. */
  text: z.string().max(4_000).default(''),
  category: z.string().min(1).max(100).optional(),
  inStock: z.boolean().default(true),
});
export type Item = z.output<typeof itemSchema>;

const rejection = z.object({
  /** Which row of what was sent: 0-based in a list, 1-based line in a file. */
  row: z.number().int().nonnegative(),
  reason: z.string(),
});

const counts = {
  /** New, and counted from the next recommendation on. */
  accepted: z.number().int().nonnegative(),
  /** Already there: the same user, item, event and time. */
  duplicates: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  /** The first 1,000 of the rejected. */
  rejections: z.array(rejection).max(1_000),
};

export const record = capability({
  name: 'recommender.record',
  summary: 'Takes interactions of users with items. Rows that cannot be used are told and do not stop the others.',
  timeoutMs: 30_000,
  input: z.object({ interactions: z.array(z.unknown()).min(1).max(1_000) }),
  output: z.object(counts),
  example: {
    input: { interactions: [{ user: 'u1', item: 'kettle', event: 'buy', at: '2026-11-24T08:00:00Z' }] },
    output: { accepted: 1, duplicates: 0, rejected: 0, rejections: [] },
  },
});

export const importFile = capability({
  name: 'recommender.import',
  summary: 'Takes a file of interactions or items, JSON Lines or CSV with a header; says how far it is as it goes.',
  timeoutMs: 1_800_000,
  input: z.object({
    file: bytes(),
    format: z.enum(['jsonl', 'csv']),
    kind: z.enum(['interactions', 'items']).default('interactions'),
  }),
  output: z.object({ rows: z.number().int().nonnegative(), ...counts }),
  example: {
    input: { file: new TextEncoder().encode('user,item\nu1,kettle\n'), format: 'csv', kind: 'interactions' },
    output: { rows: 1, accepted: 1, duplicates: 0, rejected: 0, rejections: [] },
  },
});

export const upsertItems = capability({
  name: 'recommender.upsert_items',
  summary: 'Adds items, or replaces those with the same id.',
  timeoutMs: 60_000,
  input: z.object({ items: z.array(itemSchema).min(1).max(1_000) }),
  output: z.object({ stored: z.number().int().nonnegative() }),
  example: {
    input: { items: [{ id: 'kettle', title: 'Kettle', text: 'Boils water in two minutes.', category: 'kitchen' }] },
    output: { stored: 1 },
  },
});

const algorithm = z.enum(['ease', 'ials']);

/** Figures of an evaluation on interactions held out from training. Shares of 1. */
export const rankingFigures = z.object({
  users: z.number().int().nonnegative(),
  items: z.number().int().nonnegative(),
  hr10: z.number(),
  ndcg10: z.number(),
  recall20: z.number(),
  recall50: z.number(),
  mrr: z.number(),
  /** 95 % confidence intervals of each, by the users' spread. */
  ci95: z.record(z.string(), z.tuple([z.number(), z.number()])),
});
export type RankingFigures = z.infer<typeof rankingFigures>;

const settings = z.object({
  /** `auto`: EASE^R up to 20,000 items, iALS beyond. */
  algorithm: z.enum(['auto', 'ease', 'ials']).default('auto'),
  /** The L2 penalty; each algorithm has its own default. */
  regularisation: z.number().positive().max(1e9).optional(),
  /** iALS: length of a factor. */
  factors: z.number().int().min(4).max(512).optional(),
  /** iALS: sweeps over users and items. */
  sweeps: z.number().int().min(1).max(200).optional(),
  /** Only users and items with this many interactions are learnt from (k-core). */
  minInteractions: z.number().int().min(1).max(1_000).default(1),
  /** Interactions worth less are not counted as liked, such as ratings below 4. */
  minValue: z.number().optional(),
});

export const train = capability({
  name: 'recommender.train',
  summary:
    'Learns from the interactions, measures the result on held-out ones, and serves it if it is no worse than what is served now.',
  timeoutMs: 3_600_000,
  input: settings.extend({
    /** Serve the new model whatever the figures say. */
    force: z.boolean().default(false),
  }),
  output: z.object({
    version: z.string(),
    algorithm,
    users: z.number().int().nonnegative(),
    items: z.number().int().nonnegative(),
    interactions: z.number().int().nonnegative(),
    /** Rows that were stored and could not be learnt from, by reason. */
    leftOut: z.record(z.string(), z.number().int().nonnegative()),
    figures: rankingFigures,
    /** Of the model that was serving, on the same held-out interactions. */
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
  summary: 'Lists the trained models that are kept, newest first, and which one is served.',
  timeoutMs: 10_000,
  input: z.object({}),
  output: z.object({ serving: z.string().optional(), versions: z.array(modelVersion) }),
  example: { input: {}, output: { versions: [] } },
});

export const rollback = capability({
  name: 'recommender.rollback',
  summary: 'Serves the model before the one that is served, or the version that is named.',
  timeoutMs: 30_000,
  input: z.object({ version: z.string().min(1).max(64).optional() }),
  output: z.object({ serving: z.string(), before: z.string() }),
  example: { input: {}, output: { serving: 'v1', before: 'v2' } },
});

/** Why an item is in the list. */
export const reasonSchema = z.object({
  /** `because`: of the items named; `similar`: to the item asked about; `popular`: with everybody; `explore`: to find out. */
  kind: z.enum(['because', 'similar', 'popular', 'explore']),
  items: z.array(z.object({ item: z.string(), title: z.string().optional() })).max(3),
  text: z.string(),
});

export const recommend = capability({
  name: 'recommender.recommend',
  summary:
    'The items a user, a session of items, or the reader of one item may like, with reasons; popular ones for strangers.',
  timeoutMs: 5_000,
  input: z.object({
    /** Their interactions count, up to the newest. */
    user: foreignId.optional(),
    /** What was looked at just now, newest last; no account needed. */
    items: z.array(foreignId).max(200).optional(),
    /** Items like this one, instead of items for somebody. */
    similarTo: foreignId.optional(),
    limit: z.number().int().min(1).max(100).default(10),
    /** Leave out what the user or the session has had already. */
    excludeSeen: z.boolean().default(true),
    categories: z.array(z.string().max(100)).max(50).optional(),
    inStockOnly: z.boolean().default(true),
    /** 0: by score alone; towards 1: items unlike each other (maximal marginal relevance). */
    diversity: z.number().min(0).max(1).default(0),
    /** The share of places given to items that little is known of. */
    exploration: z.number().min(0).max(1).default(0),
  }),
  output: z.object({
    items: z.array(
      z.object({
        item: z.string(),
        title: z.string().optional(),
        /** Only the order means something. */
        score: z.number(),
        reason: reasonSchema,
      }),
    ),
    /** The sentence to say. */
    text: z.string(),
    basis: z.enum(['user', 'session', 'similar', 'popular']),
    /** The served version; absent before the first training. */
    model: z.string().optional(),
  }),
  example: {
    input: { user: 'u1', limit: 2 },
    output: {
      items: [
        {
          item: 'teapot',
          title: 'Teapot',
          score: 0.41,
          reason: {
            kind: 'because',
            items: [{ item: 'kettle', title: 'Kettle' }],
            text: 'because you had Kettle',
          },
        },
      ],
      text: 'You might like these products: Teapot.',
      basis: 'user',
      model: '019a0000-0000-7000-8000-000000000000',
    },
  },
});

export const exportUser = capability({
  name: 'recommender.export_user',
  summary: 'Everything that is kept of one user.',
  timeoutMs: 10_000,
  input: z.object({ user: foreignId }),
  output: z.object({ user: z.string(), interactions: z.array(interactionSchema) }),
  example: { input: { user: 'u1' }, output: { user: 'u1', interactions: [] } },
});

export const eraseUser = capability({
  name: 'recommender.erase_user',
  summary: 'Forgets a user: no recommendation and no later training knows of them.',
  timeoutMs: 10_000,
  input: z.object({ user: foreignId }),
  output: z.object({ user: z.string(), erased: z.number().int().nonnegative() }),
  example: { input: { user: 'u1' }, output: { user: 'u1', erased: 3 } },
});

export const stats = capability({
  name: 'recommender.stats',
  summary: 'Exact counts of what is kept. About users: publish them through security.release only.',
  timeoutMs: 10_000,
  input: z.object({ item: foreignId.optional() }),
  output: z.object({
    users: z.number().int().nonnegative(),
    items: z.number().int().nonnegative(),
    interactions: z.number().int().nonnegative(),
    /** Users who had the item, when one was named. */
    usersOfItem: z.number().int().nonnegative().optional(),
  }),
  example: { input: {}, output: { users: 943, items: 1_682, interactions: 100_000 } },
});

export const evaluate = capability({
  name: 'recommender.evaluate',
  summary: 'Trains on a file of ratings and measures, by a published protocol; touches nothing that is stored.',
  timeoutMs: 3_600_000,
  input: settings.extend({
    file: bytes(),
    format: z.enum(['jsonl', 'csv']).default('csv'),
    /** `full`: every item not seen is ranked (users held out, 80/20); `ncf`: the last item of each among 100 (He et al. 2017). */
    protocol: z.enum(['full', 'ncf']),
    seed: z.number().int().nonnegative().default(42),
  }),
  output: rankingFigures.extend({
    protocol: z.string(),
    algorithm,
    seed: z.number(),
    /** Rows that were not used: unreadable, or passed over by the settings. */
    leftOut: z.number(),
    /** Those of them that could not be read, up to a thousand. */
    rejections: counts.rejections,
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
