import type { StoredItem } from '../ports/item-store.port.js';
import type { TenantData } from './tenant-data.js';

/** With fewer items of its own, a tenant without a model would turn the shared shop into a handful of ids. */
const MIN_OWN_ITEMS = 10;

/**
 * The items that a tenant's recommendations can contain. A tenant that describes its items has these; a tenant that
 * does not has those of the shared tenant, until most of its interactions are with other items. Only then it has no
 * catalogue, and every item with interactions can be recommended. Deleted items never are.
 */
export class Catalogue {
  private constructor(
    private readonly own: TenantData,
    /** The data that describes the items; undefined without a catalogue. */
    readonly described: TenantData | undefined,
  ) {}

  /** @param hasModel whether the tenant has trained a model: then few items of its own are enough. */
  static of(own: TenantData, shared: TenantData, hasModel: boolean): Catalogue {
    if (own.hasCatalogue) return new Catalogue(own, own);
    if (!shared.hasCatalogue) return new Catalogue(own, undefined);
    const items = own.itemsSharedWith(shared);
    const isOwnShop = items.others > items.shared && (hasModel || items.others >= MIN_OWN_ITEMS);
    return new Catalogue(own, isOwnShop ? undefined : shared);
  }

  /** Whether the items are those of the shared tenant. */
  get isShared(): boolean {
    return this.described !== undefined && this.described !== this.own;
  }

  /** Whether an item can be recommended, in stock or not. */
  has(id: string): boolean {
    return !this.own.isDeleted(id) && (this.described === undefined || this.described.item(id) !== undefined);
  }

  item(id: string): StoredItem | undefined {
    return this.described?.item(id);
  }

  /** The described items; deleted ones of a shared catalogue are among them, see {@link has}. */
  get items(): ReadonlyMap<string, StoredItem> {
    return this.described?.describedItems ?? NO_ITEMS;
  }
}

const NO_ITEMS: ReadonlyMap<string, StoredItem> = new Map();
