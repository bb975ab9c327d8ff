import { seededRandom, standardNormal } from '@llmos/learning';

export interface SyntheticRow {
  readonly user: string;
  readonly item: string;
  readonly at: number;
}

const GROUPS = 20;
const MAX_PER_USER = 2_000;
const OWN_GROUP = 0.6;

/**
 * Interactions with the distribution of MovieLens-1M: a long tail of items, very different numbers of rows per user
 * (113 on average), and tastes: most items of a user belong to one group of items.
 */
export function syntheticInteractions(users: number, items: number, seed = 7): SyntheticRow[] {
  const random = seededRandom(seed);
  const rows: SyntheticRow[] = [];
  for (let user = 0; user < users; user++) {
    const length = Math.min(MAX_PER_USER, Math.max(20, Math.round(Math.exp(4.6 + 0.95 * standardNormal(random)))));
    const group = Math.floor(random() * GROUPS);
    for (let at = 0; at < length; at++) {
      const popular = Math.floor(items * random() ** 2.2);
      const own = Math.min(items - 1, Math.floor(popular / GROUPS) * GROUPS + group);
      rows.push({ user: `u${user}`, item: `i${random() < OWN_GROUP ? own : popular}`, at: at * 1_000 });
    }
  }
  return rows;
}
