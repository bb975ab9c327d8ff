import { z } from 'zod';
import { bytes, capability } from '../capability.js';
import { toId } from './recommender-values.js';

/** The id of a user or an item in the caller's system. */
const foreignId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'an id is 1 to 128 characters without control characters');

export const interactionSchema = z.object({
  user: foreignId,
  item: foreignId,
  /** What the user did, such as `view`, `buy` or `rate`. A `dislike`, `return` or `refund` speaks against the item. */
  event: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,31}$/,
      'an event is at most 32 letters a to z, digits and signs, and begins with a letter',
    )
    .default('view'),
  /** The strength of the interaction: a rating, a count, seconds. 0 or less speaks against the item. */
  value: z.number().min(-1_000_000).max(1_000_000).default(1),
  /** RFC 3339. Default: now. */
  at: z.iso.datetime({ offset: true }).optional(),
});
export type Interaction = z.output<typeof interactionSchema>;

export const itemSchema = z.object({
  id: foreignId,
  title: z.string().min(1).max(300),
  /** A description. Items without interactions are found by it. */
  text: z.string().max(4_000).default(''),
  category: z.string().min(1).max(100).optional(),
  /** All categories, for an item that has several. */
  categories: z.array(z.string().min(1).max(100)).min(1).max(20).optional(),
  price: z.number().nonnegative().optional(),
  inStock: z.boolean().default(true),
});
export type Item = z.output<typeof itemSchema>;

const rejection = z.object({
  /** The index in the list (from 0), or the line of the file (from 1). */
  row: z.number().int().nonnegative(),
  reason: z.string(),
});

/** The first 1,000 rejected rows. */
export const rejections = z.array(rejection).max(1_000);

const counts = {
  /** New interactions. They count from the next recommendation on. */
  accepted: z.number().int().nonnegative(),
  /** Interactions that were stored before: the same user, item, event and time. */
  duplicates: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  rejections,
};

export const record = capability({
  name: 'recommender.record',
  summary: 'Stores interactions of users with items. Invalid rows are reported; the others are stored.',
  timeoutMs: 30_000,
  /** Rows are read by the rule of `readInteraction`. */
  input: z.object({ interactions: z.array(z.unknown()).min(1).max(1_000) }),
  output: z.object(counts),
  example: {
    input: { interactions: [{ user: 'u1', item: 'kettle', event: 'buy', at: '2026-11-24T08:00:00Z' }] },
    output: { accepted: 1, duplicates: 0, rejected: 0, rejections: [] },
  },
});

export const importFile = capability({
  name: 'recommender.import',
  summary: 'Stores a file of interactions or items, JSON Lines or CSV with a header, and reports its progress.',
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
  /** Items are read by the rule of `readItem`; one that is invalid refuses all. */
  input: z.object({ items: z.array(z.unknown()).min(1).max(1_000) }),
  output: z.object({ stored: z.number().int().nonnegative() }),
  example: {
    input: { items: [{ id: 'kettle', title: 'Kettle', text: 'Boils water in two minutes.', category: 'kitchen' }] },
    output: { stored: 1 },
  },
});

export const deleteItem = capability({
  name: 'recommender.delete_item',
  summary: 'Deletes an item: it is no longer recommended. Interactions with it are kept and count for other items.',
  timeoutMs: 10_000,
  input: z.object({ id: foreignId }),
  /** `deleted` is false for an item that is unknown, or was deleted before. */
  output: z.object({ id: z.string(), deleted: z.boolean() }),
  example: { input: { id: 'kettle' }, output: { id: 'kettle', deleted: true } },
});

/** Why an item is in the list. */
export const reasonSchema = z.object({
  /**
   * `because`: the user interacted with `items`. `similar`: to the requested item. `wish`: its text fits the wish.
   * `popular`: with all users. `explore`: little is known about it.
   */
  kind: z.enum(['because', 'similar', 'wish', 'popular', 'explore']),
  items: z.array(z.object({ item: z.string(), title: z.string().optional() })).max(3),
  text: z.string(),
});

export const recommend = capability({
  name: 'recommender.recommend',
  summary:
    'Recommends items, with reasons: to a user, in a session, similar to an item, or for a wish. New users get popular items.',
  timeoutMs: 5_000,
  input: z.object({
    /** The user whose interactions count. */
    user: foreignId.optional(),
    /** The items of the current session, newest last. They do not require a user. */
    items: z.array(z.preprocess(toId, foreignId)).max(200).optional(),
    /** Recommends items similar to this one: its id, or its title. */
    similarTo: foreignId.optional(),
    /** A wish in the user's words: "something for small kitchens", "like Milk frother". Items are found by their texts. */
    text: z.string().max(2_000).optional(),
    limit: z.number().int().min(1).max(100).default(10),
    /** Leaves out items of the user's interactions and of the session. */
    excludeSeen: z.boolean().default(true),
    categories: z.array(z.string().max(100)).max(50).optional(),
    inStockOnly: z.boolean().default(true),
    /** 0 sorts by score alone; higher values prefer items that differ (maximal marginal relevance). */
    diversity: z.number().min(0).max(1).default(0),
    /** The share of the list for items with few interactions. */
    exploration: z.number().min(0).max(1).default(0),
  }),
  output: z.object({
    items: z.array(
      z.object({
        item: z.string(),
        title: z.string().optional(),
        /** Only the order is meaningful. */
        score: z.number(),
        reason: reasonSchema,
      }),
    ),
    /** The recommendations as a sentence. */
    text: z.string(),
    basis: z.enum(['user', 'session', 'similar', 'wish', 'popular']),
    /** The serving version; absent before the first training. */
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
  summary: 'Returns all stored data of a user.',
  timeoutMs: 10_000,
  input: z.object({ user: foreignId }),
  output: z.object({ user: z.string(), interactions: z.array(interactionSchema) }),
  example: { input: { user: 'u1' }, output: { user: 'u1', interactions: [] } },
});

export const eraseUser = capability({
  name: 'recommender.erase_user',
  summary: 'Erases a user: no recommendation and no later training uses their data.',
  timeoutMs: 10_000,
  input: z.object({ user: foreignId }),
  output: z.object({ user: z.string(), erased: z.number().int().nonnegative() }),
  example: { input: { user: 'u1' }, output: { user: 'u1', erased: 3 } },
});

export const stats = capability({
  name: 'recommender.stats',
  summary: 'Returns exact counts of the stored data. Publish counts of users only through security.release.',
  timeoutMs: 10_000,
  input: z.object({ item: foreignId.optional() }),
  output: z.object({
    users: z.number().int().nonnegative(),
    items: z.number().int().nonnegative(),
    interactions: z.number().int().nonnegative(),
    /** The number of users who interacted with `item`, if it is given. */
    usersOfItem: z.number().int().nonnegative().optional(),
  }),
  example: { input: {}, output: { users: 943, items: 1_682, interactions: 100_000 } },
});
