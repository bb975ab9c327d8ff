import type { Bus } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import { SealedBucket, type AtRest } from '@llmos/vault';
import { keyOf, refOf, type EntryRef } from '../data/entry-ref.js';
import { decodeHistory, encodeHistory, type StoredInteraction } from '../data/history.js';
import type { EntryStore, EntryWatcher } from '../ports/entry-store.port.js';
import type { InteractionStore } from '../ports/interaction-store.port.js';
import type { ItemEntry, ItemStore } from '../ports/item-store.port.js';
import { decodeItem, encodeItem } from './item-frame.js';

/** Receives the error of an entry that cannot be read and is skipped. */
export type OnUnreadable = (bucket: string, error: unknown) => void;

interface KvEntryOptions<T> {
  readonly name: string;
  readonly maxBytes: number;
  /** Seals the entries with their tenant's keys; if absent, they are stored in the clear. */
  readonly atRest: AtRest | undefined;
  readonly onUnreadable: OnUnreadable;
  encode(ref: EntryRef, value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** Entries in a JetStream KV bucket in file storage, under `<tenant>.<base64url of the id>`. */
export class KvEntryStore<T> implements EntryStore<T> {
  private constructor(
    private readonly bucket: SealedBucket,
    private readonly options: KvEntryOptions<T>,
  ) {}

  static async open<T>(bus: Bus, options: Omit<KvEntryOptions<T>, 'maxBytes'>): Promise<KvEntryStore<T>> {
    const bucket = await SealedBucket.open(bus, options.name, {
      kv: { storage: 'file', erasable: true },
      purpose: options.name,
      atRest: options.atRest,
    });
    return new KvEntryStore(bucket, { ...options, maxBytes: bus.maxMessageBytes });
  }

  async get(ref: EntryRef): Promise<{ value: T; revision: number } | undefined> {
    const entry = await this.bucket.get(keyOf(ref));
    return entry && { value: this.options.decode(entry.value), revision: entry.revision };
  }

  async put(ref: EntryRef, value: T, expected: number): Promise<number> {
    const bytes = this.options.encode(ref, value);
    if (bytes.length > this.options.maxBytes) {
      const message = `An entry has ${bytes.length} bytes; the limit is ${this.options.maxBytes}.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message);
    }
    return this.bucket.update(keyOf(ref), bytes, expected);
  }

  erase(ref: EntryRef): Promise<void> {
    return this.bucket.erase(keyOf(ref));
  }

  watch(watcher: EntryWatcher<T>): Promise<{ stop(): void }> {
    return this.bucket.watch({
      onForgotten: (tenant) => watcher.onForgotten(tenant),
      onUnreadable: (_, error) => this.options.onUnreadable(this.options.name, error),
      onEntry: ({ key, value, revision }) => {
        const ref = refOf(key);
        if (!ref) return;
        watcher.onChange({ ref, revision, value: value && this.options.decode(value) });
      },
    });
  }
}

export function openInteractions(bus: Bus, onUnreadable: OnUnreadable, atRest?: AtRest): Promise<InteractionStore> {
  return KvEntryStore.open<readonly StoredInteraction[]>(bus, {
    name: BUCKETS.interactions,
    atRest,
    onUnreadable,
    encode: ({ id }, history) => encodeWithin(bus.maxMessageBytes, id, history),
    decode: decodeHistory,
  });
}

export function openItems(bus: Bus, onUnreadable: OnUnreadable, atRest?: AtRest): Promise<ItemStore> {
  return KvEntryStore.open<ItemEntry>(bus, {
    name: BUCKETS.items,
    atRest,
    onUnreadable,
    encode: (_, item) => encodeItem(item),
    decode: decodeItem,
  });
}

/** Drops the oldest interactions until the history fits into one message: thousands of long ids may not. */
function encodeWithin(limit: number, user: string, history: readonly StoredInteraction[]): Uint8Array {
  for (let kept = history; ; kept = kept.slice(Math.ceil(kept.length / 8))) {
    const bytes = encodeHistory(user, kept);
    if (bytes.length <= limit || kept.length <= 1) return bytes;
  }
}
