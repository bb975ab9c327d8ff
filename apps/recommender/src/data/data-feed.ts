import { Revisions } from '@llmos/bus';
import type { EntryChange } from '../ports/entry-store.port.js';
import type { InteractionStore } from '../ports/interaction-store.port.js';
import { isDeleted, type ItemEntry, type ItemStore, type StoredItem } from '../ports/item-store.port.js';
import { keyOf, type EntryRef } from './entry-ref.js';
import type { StoredInteraction } from './history.js';
import { TenantData } from './tenant-data.js';

const NO_DATA = new TenantData();

/** Keeps the data of all tenants in memory, as of the last change from the stores. */
export class DataFeed {
  readonly histories = new Revisions();
  readonly items = new Revisions();
  private readonly tenants = new Map<string, TenantData>();
  private readonly itemListeners = new Set<(ref: EntryRef, item: StoredItem, revision: number) => void>();
  private readonly forgetListeners = new Set<(tenant: string) => void>();
  private readonly watching: Array<{ stop(): void }> = [];

  constructor(
    private readonly interactionStore: InteractionStore,
    private readonly itemStore: ItemStore,
  ) {}

  /** Resolves when all stored data is in memory. */
  async start(): Promise<void> {
    this.stop();
    const items = await this.itemStore.watch({
      onChange: (change) => this.takeItem(change),
      onForgotten: (tenant) => this.forget(tenant, this.items, (data) => data.forgetItems()),
    });
    this.watching.push(items);
    const interactions = await this.interactionStore.watch({
      onChange: (change) => this.takeHistory(change),
      onForgotten: (tenant) => this.forget(tenant, this.histories, (data) => data.forgetHistories()),
    });
    this.watching.push(interactions);
  }

  stop(): void {
    for (const each of this.watching.splice(0)) each.stop();
  }

  /** The data of a tenant; empty for an unknown tenant. */
  tenant(tenant: string): TenantData {
    return this.tenants.get(tenant) ?? NO_DATA;
  }

  /** Calls the listener for every stored item. Register it before {@link start} to receive the existing items too. */
  onItem(listener: (ref: EntryRef, item: StoredItem, revision: number) => void): void {
    this.itemListeners.add(listener);
  }

  /** Calls the listener when a tenant's data was destroyed with its keys: anything derived from it must be dropped. */
  onForget(listener: (tenant: string) => void): void {
    this.forgetListeners.add(listener);
  }

  private forget(tenant: string, revisions: Revisions, drop: (data: TenantData) => void): void {
    const data = this.tenants.get(tenant);
    if (!data) return;
    drop(data);
    revisions.forget(tenant);
    if (data.isEmpty) this.tenants.delete(tenant);
    for (const listener of this.forgetListeners) listener(tenant);
  }

  private takeHistory({ ref, value, revision }: EntryChange<readonly StoredInteraction[]>): void {
    this.dataOf(ref.tenant).takeHistory(ref.id, value);
    this.histories.processed(keyOf(ref), revision);
  }

  private takeItem({ ref, value, revision }: EntryChange<ItemEntry>): void {
    this.dataOf(ref.tenant).takeItem(ref.id, value);
    this.items.processed(keyOf(ref), revision);
    if (value && !isDeleted(value)) for (const listener of this.itemListeners) listener(ref, value, revision);
  }

  private dataOf(tenant: string): TenantData {
    const data = this.tenants.get(tenant) ?? new TenantData();
    this.tenants.set(tenant, data);
    return data;
  }
}
