import type { Bus } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import { SealedBucket, type AtRest } from '@llmos/vault';
import type { ModelPointers, PointerWatcher } from '../ports/model-pointers.port.js';
import { modelRecordSchema, type ModelRecord } from '../runs/model-record.js';

/** Model records in a JetStream KV bucket in file storage, under the tenant. */
export class KvModelPointers implements ModelPointers {
  private constructor(
    private readonly bucket: SealedBucket,
    private readonly onUnreadable: (tenant: string, error: unknown) => void,
  ) {}

  static async open(
    bus: Bus,
    onUnreadable: (tenant: string, error: unknown) => void,
    atRest?: AtRest,
  ): Promise<KvModelPointers> {
    const options = { kv: { storage: 'file' }, purpose: BUCKETS.recommenderModels, atRest } as const;
    return new KvModelPointers(await SealedBucket.open(bus, BUCKETS.recommenderModels, options), onUnreadable);
  }

  async get(tenant: string): Promise<{ record: ModelRecord; revision: number } | undefined> {
    const entry = await this.bucket.get(tenant);
    return entry && { record: decode(entry.value), revision: entry.revision };
  }

  put(tenant: string, record: ModelRecord, expected: number): Promise<number> {
    return this.bucket.update(tenant, Buffer.from(JSON.stringify(record)), expected);
  }

  watch(watcher: PointerWatcher): Promise<{ stop(): void }> {
    return this.bucket.watch({
      onForgotten: (tenant) => watcher.onForgotten(tenant),
      onUnreadable: this.onUnreadable,
      onEntry: ({ key, value, revision }) => {
        if (value) watcher.onChange({ tenant: key, record: decode(value), revision });
      },
    });
  }
}

function decode(value: Uint8Array): ModelRecord {
  try {
    return modelRecordSchema.parse(JSON.parse(Buffer.from(value).toString()));
  } catch (cause) {
    throw new LlmosError('INTERNAL', 'The record of the trained models cannot be read.', { cause });
  }
}
