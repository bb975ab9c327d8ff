import { encodeBody, type KvBucket } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import type { Bus } from '@llmos/mesh';
import { createHash } from 'node:crypto';
import type { StartRun } from './runs.service.js';

const DAY_MS = 24 * 3_600_000;

/** The run of each idempotency key and each event, kept for a day: a repeated request is the same run. */
export class RunKeys {
  private bucket: Promise<KvBucket> | undefined;

  constructor(private readonly bus: Bus) {}

  /**
   * The run of a request: its own if the key is new, else that of the first request with the key.
   *
   * @throws LlmosError CONFLICT if the key was used for another request.
   */
  async runOf({ caller, key, pipeline, fields, run }: StartRun & { readonly key: string }): Promise<string> {
    const bucket = await this.open();
    const name = `${caller.tenant}.${sha256(key)}`;
    const own = { run, request: sha256(encodeBody({ name: pipeline.name, fields }).body) };
    try {
      await bucket.update(name, new TextEncoder().encode(JSON.stringify(own)), 0);
      return run;
    } catch (error) {
      const stored = await bucket.get(name);
      if (!stored) throw error;
      const first = JSON.parse(new TextDecoder().decode(stored.value)) as typeof own;
      if (first.request !== own.request)
        throw new LlmosError('CONFLICT', 'This key or event id was used for another request.', {
          field: key.startsWith('key:') ? 'Idempotency-Key' : 'id',
        });
      return first.run;
    }
  }

  private open(): Promise<KvBucket> {
    this.bucket ??= this.bus.kv(BUCKETS.idempotency, { ttlMs: DAY_MS }).catch((error: unknown) => {
      this.bucket = undefined;
      throw error;
    });
    return this.bucket;
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
