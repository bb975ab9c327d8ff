import { keyOf, SHARED_TENANT, type EntryRef } from './entry-ref.js';
import type { Deed } from './history.js';
import { RevisionWaiters } from './revision-waiters.js';
import { TenantData } from './tenant-data.js';
import type { EntryChange } from '../ports/entry-store.port.js';
import type { InteractionStore } from '../ports/interaction-store.port.js';
import type { ItemStore, StoredItem } from '../ports/item-store.port.js';

const NOBODY = new TenantData();

/**
 * Keeps this replica's picture of every tenant the same as the stores. Whoever writes waits here until this replica
 * has taken the write up: the stores send changes in order, so nothing older can come back after it.
 */
export class DataFeed {
  readonly histories = new RevisionWaiters();
  readonly items = new RevisionWaiters();
  private readonly tenants = new Map<string, TenantData>();
  private readonly itemListeners = new Set<(ref: EntryRef, item: StoredItem, revision: number) => void>();
  private readonly forgetListeners = new Set<(tenant: string) => void>();
  private readonly watching: Array<{ stop(): void }> = [];

  constructor(
    private readonly interactionStore: InteractionStore,
    private readonly itemStore: ItemStore,
  ) {}

  /** Resolves once this replica has everything that was in the stores. */
  async start(): Promise<void> {
    this.stop();
    this.watching.push(
      await this.itemStore.watch({
        onChange: (change) => this.takeItem(change),
        onForgotten: (tenant) => this.forget(tenant, this.items, (data) => data.forgetItems()),
      }),
    );
    this.watching.push(
      await this.interactionStore.watch({
        onChange: (change) => this.takeHistory(change),
        onForgotten: (tenant) => this.forget(tenant, this.histories, (data) => data.forgetHistories()),
      }),
    );
  }

  stop(): void {
    for (const each of this.watching.splice(0)) each.stop();
  }

  /** What is known of a tenant; nothing where there is none. */
  tenant(tenant: string): TenantData {
    return this.tenants.get(tenant) ?? NOBODY;
  }

  /** The tenant whose items answer for this one: its own, or the shared one's while it has none but those. */
  sourceFor(tenant: string): string {
    return this.tenant(tenant).usesOnlyItemsOf(this.tenant(SHARED_TENANT)) ? SHARED_TENANT : tenant;
  }

  /** Told of every item that is written, also of those there were at the start when it listens by then. */
  onItem(listener: (ref: EntryRef, item: StoredItem, revision: number) => void): void {
    this.itemListeners.add(listener);
  }

  /** Told of a tenant whose items or interactions went with its keys: nothing made of them may stay. */
  onForget(listener: (tenant: string) => void): void {
    this.forgetListeners.add(listener);
  }

  private forget(tenant: string, revisions: RevisionWaiters, drop: (data: TenantData) => void): void {
    const data = this.tenants.get(tenant);
    if (!data) return;
    drop(data);
    revisions.forget(tenant);
    if (data.isEmpty) this.tenants.delete(tenant);
    for (const listener of this.forgetListeners) listener(tenant);
  }

  private takeHistory({ ref, value, revision }: EntryChange<readonly Deed[]>): void {
    this.dataOf(ref.tenant).takeHistory(ref.id, value);
    this.histories.took(keyOf(ref), revision);
  }

  private takeItem({ ref, value, revision }: EntryChange<StoredItem>): void {
    this.dataOf(ref.tenant).takeItem(ref.id, value);
    this.items.took(keyOf(ref), revision);
    if (value) for (const listener of this.itemListeners) listener(ref, value, revision);
  }

  private dataOf(tenant: string): TenantData {
    const data = this.tenants.get(tenant) ?? new TenantData();
    this.tenants.set(tenant, data);
    return data;
  }
}
