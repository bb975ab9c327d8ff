import { LlmosError } from '@llmos/contracts';
import type { Item } from '@llmos/contracts/capabilities/recommender';
import { retryConflicts } from '@llmos/resilience';
import type { Caller } from '../caller.js';
import type { DataFeed } from '../data/data-feed.js';
import { keyOf } from '../data/entry-ref.js';
import type { ItemStore, StoredItem } from '../ports/item-store.port.js';
import { inLanes, KeyTurns } from './key-turns.js';

const LANES = 32;

/** Keeps what is known of items. Their vectors come later, from {@link ItemVectors}. */
export class ItemsService {
  private readonly turns = new KeyTurns();

  constructor(
    private readonly store: ItemStore,
    private readonly feed: DataFeed,
    private readonly maxItems: number,
  ) {}

  /**
   * Adds items or replaces those with the same id; answers when this replica's recommendations know of them.
   *
   * @throws LlmosError PAYLOAD_TOO_LARGE, before anything is stored, when the tenant would have too many.
   */
  async upsert(items: readonly Item[], { tenant, signal }: Pick<Caller, 'tenant' | 'signal'>): Promise<number> {
    const data = this.feed.tenant(tenant);
    const byId = new Map(items.map((item) => [item.id, item]));
    const added = [...byId.keys()].filter((id) => !data.knowsItem(id)).length;
    if (data.knownItems + added > this.maxItems) {
      throw new LlmosError(
        'PAYLOAD_TOO_LARGE',
        `The tenant has ${data.knownItems} items, and ${this.maxItems} are kept at most: ${added} more do not fit.`,
        { field: 'items' },
      );
    }
    await inLanes(byId.values(), LANES, (item) => this.write(item, tenant, signal));
    return items.length;
  }

  private write(item: Item, tenant: string, signal: AbortSignal): Promise<void> {
    const ref = { tenant, id: item.id };
    const cycle = async () => {
      const stored = await this.store.get(ref);
      if (stored && isSame(stored.value, item)) return;
      const revision = await this.store.put(ref, withVectorOf(item, stored?.value), stored?.revision ?? 0);
      await this.feed.items.reached(keyOf(ref), revision, signal);
    };
    return this.turns.take(keyOf(ref), () => retryConflicts(cycle, signal));
  }
}

function isSame(stored: StoredItem, item: Item): boolean {
  const { id, title, text, category, inStock } = stored;
  return (
    JSON.stringify([id, title, text, category, inStock]) ===
    JSON.stringify([item.id, item.title, item.text, item.category, item.inStock])
  );
}

/** A price tag or a stock count that changes leaves the meaning as it was. */
function withVectorOf(item: Item, stored: StoredItem | undefined): StoredItem {
  const { embedding, vector } = stored ?? {};
  const isSameText = stored?.title === item.title && stored.text === item.text;
  return isSameText && embedding && vector ? { ...item, embedding, vector } : { ...item };
}
