import { LlmosError } from '@llmos/contracts';
import type { ObjectStore, RecordStore } from './stores.js';

type Watcher = Parameters<RecordStore['watch']>[0];

/** Records in memory, for tests. Several registries can share it, like replicas share the broker. */
export class MemoryRecords implements RecordStore {
  private readonly entries = new Map<string, { value: Uint8Array; revision: number }>();
  private readonly watchers = new Set<Watcher>();
  private last = 0;

  get(key: string) {
    return Promise.resolve(this.entries.get(key));
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    if ((this.entries.get(key)?.revision ?? 0) !== revision)
      return Promise.reject(new LlmosError('CONFLICT', `'${key}' was changed by another writer.`));
    this.entries.set(key, { value, revision: ++this.last });
    this.publish(key);
    return Promise.resolve(this.last);
  }

  delete(key: string): Promise<void> {
    this.entries.delete(key);
    this.last++;
    this.publish(key);
    return Promise.resolve();
  }

  watch(watcher: Watcher) {
    this.watchers.add(watcher);
    for (const key of this.entries.keys()) this.publish(key, [watcher]);
    return Promise.resolve({ stop: () => void this.watchers.delete(watcher) });
  }

  private publish(key: string, watchers: Iterable<Watcher> = this.watchers): void {
    const { value, revision } = this.entries.get(key) ?? { value: undefined, revision: this.last };
    for (const watcher of watchers) watcher.onEntry({ key, value, revision });
  }
}

/** Objects in memory, for tests. */
export class MemoryObjects implements ObjectStore {
  private readonly objects = new Map<string, Uint8Array>();

  async put(name: string, source: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    if (source instanceof Uint8Array) chunks.push(source);
    else for await (const chunk of source) chunks.push(chunk);
    this.objects.set(name, Buffer.concat(chunks));
  }

  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.objects.get(name);
    return Promise.resolve(bytes && ReadableStream.from([bytes]));
  }

  delete(name: string): Promise<void> {
    this.objects.delete(name);
    return Promise.resolve();
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.objects.keys()]);
  }
}
