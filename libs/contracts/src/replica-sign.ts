import { z } from 'zod';

/** Replicas of one capability that tasks can be sent to; further ones take tasks that are for all. */
export const MAX_PLACES = 64;
/** Keys of beginnings in one sign. */
export const MAX_HELD_KEYS = 8_192;

/**
 * What a replica tells those who hand tasks on. Times are of its own measurements: `fixedMs` until the first part of an
 * answer when it has nothing else to do, `perTaskMs` more for each live task in progress, and `perKilocharMs` for each
 * thousand characters to be read first, its own and those of the tasks before it.
 */
export const replicaSignSchema = z.object({
  /** The process. Of two with the same place the older keeps it. */
  node: z.string().max(128),
  /** It takes no more tasks. */
  leaving: z.boolean().default(false),
  /** `reads` of its capability. */
  reads: z.array(z.string()).max(32),
  /** Live tasks in progress. */
  tasks: z.number().int().nonnegative(),
  /** What these have not read yet, in thousand characters. */
  unreadKilochars: z.number().nonnegative(),
  costs: z.object({
    fixedMs: z.number().nonnegative(),
    perTaskMs: z.number().nonnegative(),
    perKilocharMs: z.number().nonnegative(),
  }),
  /** How much the costs can be trusted, from 0 (nothing was measured lately) to 1. */
  trust: z.number().min(0).max(1),
  /** Keys of beginnings that it has begun to read since the last sign. */
  read: z.array(z.string().max(16)).max(MAX_HELD_KEYS),
  /** Now and then, keys of all that it has read and still holds. */
  held: z.array(z.string().max(16)).max(MAX_HELD_KEYS).optional(),
});
export type ReplicaSign = z.infer<typeof replicaSignSchema>;
export type WaitCosts = ReplicaSign['costs'];
