import type { Item } from '@llmos/contracts/capabilities/recommender';
import type { SentRow } from '../intake/row-check.js';

/** Sample data for a first impression. */
export interface SampleShop {
  /** @throws LlmosError NOT_FOUND if it cannot be read. */
  read(): Promise<{ readonly items: readonly Item[]; readonly interactions: readonly SentRow[] }>;
}
