import { LlmosError } from '@llmos/contracts';
import type { Item } from '@llmos/contracts/capabilities/recommender';
import { retryConflicts } from '@llmos/resilience';
import type { TaskContext } from '../task-context.js';
import type { DataFeed } from '../data/data-feed.js';
import { keyOf, SHARED_TENANT } from '../data/entry-ref.js';
import { isDeleted, type ItemEntry, type ItemStore, type StoredItem } from '../ports/item-store.port.js';
import { inParallel, KeyedQueue } from '@llmos/resilience';
import { embeddedText } from './embedded-text.js';

const MAX_PARALLEL_WRITES = 32;

/** Stores items. {@link ItemVectors} adds their vectors later. */
export class ItemsService {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly store: ItemStore,
    private readonly feed: DataFeed,
    private readonly maxItems: number,
  ) {}

  /**
   * Adds items or replaces those with the same id. Resolves when the recommendations of this replica use them.
   *
   * @throws LlmosError PAYLOAD_TOO_LARGE, before anything is stored, if the tenant would have too many items.
   */
  async upsert(items: readonly Item[], { tenant, signal }: Pick<TaskContext, 'tenant' | 'signal'>): Promise<number> {
    const data = this.feed.tenant(tenant);
    const byId = new Map(items.map((item) => [item.id, item]));
    const added = [...byId.keys()].filter((id) => !data.knowsItem(id)).length;
    if (data.knownItems + added > this.maxItems) {
      const message = `The tenant has ${data.knownItems} items. ${added} more exceed the limit of ${this.maxItems}.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'items' });
    }
    await inParallel(byId.values(), MAX_PARALLEL_WRITES, (item) => this.write(item, tenant, signal));
    return items.length;
  }

  /**
   * Deletes an item, also one that is known from interactions or from the shared shop alone: it is not recommended
   * until it is stored again. Resolves when this replica knows; false if the item is unknown or deleted.
   */
  async delete(id: string, { tenant, signal }: Pick<TaskContext, 'tenant' | 'signal'>): Promise<boolean> {
    const ref = { tenant, id };
    const [own, shared] = [this.feed.tenant(tenant), this.feed.tenant(SHARED_TENANT)];
    const cycle = async () => {
      const stored = await this.store.get(ref);
      const isGone = stored && isDeleted(stored.value);
      const isKnown = stored !== undefined || own.usersOfItem(id) > 0 || shared.item(id) !== undefined;
      if (isGone || !isKnown) return false;
      const marker = { id, deleted: true, wasDescribed: stored !== undefined } as const;
      const revision = await this.store.put(ref, marker, stored?.revision ?? 0);
      await this.feed.items.reached(keyOf(ref), revision, signal);
      return true;
    };
    return this.queue.run(keyOf(ref), () => retryConflicts(cycle, signal));
  }

  private write(item: Item, tenant: string, signal: AbortSignal): Promise<void> {
    const ref = { tenant, id: item.id };
    const cycle = async () => {
      const stored = await this.store.get(ref);
      if (stored && isSame(stored.value, item)) return;
      const revision = await this.store.put(ref, withVectorOf(item, stored?.value), stored?.revision ?? 0);
      await this.feed.items.reached(keyOf(ref), revision, signal);
    };
    return this.queue.run(keyOf(ref), () => retryConflicts(cycle, signal));
  }
}

function isSame(stored: ItemEntry, item: Item): boolean {
  return !isDeleted(stored) && JSON.stringify(factsOf(stored)) === JSON.stringify(factsOf(item));
}

function factsOf({ id, title, text, category, categories, price, inStock }: Item): unknown[] {
  return [id, title, text, category, categories, price, inStock];
}

/** Keeps the vector if the text is unchanged, for example when only the stock changes. */
function withVectorOf(item: Item, stored: ItemEntry | undefined): StoredItem {
  if (!stored || isDeleted(stored)) return { ...item };
  const { embedding, vector } = stored;
  const isSameText = embeddedText(stored) === embeddedText(item);
  return isSameText && embedding && vector ? { ...item, embedding, vector } : { ...item };
}
