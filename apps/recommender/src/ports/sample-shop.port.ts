import type { Item } from '@llmos/contracts/capabilities/recommender';
import type { SentRow } from '../intake/row-check.js';

/** A small shop to try things with, before there is a real one. */
export interface SampleShop {
  /** @throws LlmosError NOT_FOUND when it cannot be read. */
  read(): Promise<{ readonly items: readonly Item[]; readonly interactions: readonly SentRow[] }>;
}
