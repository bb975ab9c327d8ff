import { encodeBody, type KvBucket } from '@llmos/bus';
import { BUCKETS, LlmosError } from '@llmos/contracts';
import type { Bus } from '@llmos/mesh';
import { createHash } from 'node:crypto';
import type { StartRun } from './runs.service.js';

const DAY_MS = 24 * 3_600_000;

type KeyedRequest = Pick<StartRun, 'caller' | 'pipeline' | 'fields' | 'run'> & { readonly key: string };

/** The first request with a key. */
interface Use {
  readonly run: string;
  /** Of its pipeline and its input. */
  readonly request: string;
}

/** The run of each idempotency key and each event, kept for a day: a repeated request is the same run. */
export class RunKeys {
  private bucket: Promise<KvBucket> | undefined;

  constructor(private readonly bus: Bus) {}

  /**
   * The run of a request: its own if the key is new, else that of the first request with the key.
   *
   * @throws LlmosError CONFLICT if the key was used for another request.
   */
  async runOf(request: KeyedRequest): Promise<string> {
    const bucket = await this.open();
    const own: Use = { run: request.run, request: fingerprint(request) };
    try {
      await bucket.update(nameOf(request), new TextEncoder().encode(JSON.stringify(own)), 0);
      return request.run;
    } catch (error) {
      const first = await this.find(request);
      if (first === undefined) throw error;
      return first;
    }
  }

  /**
   * The run of the first request with the key, if there was one.
   *
   * @throws LlmosError CONFLICT if the key was used for another request.
   */
  async find(request: KeyedRequest): Promise<string | undefined> {
    const stored = await (await this.open()).get(nameOf(request));
    if (!stored) return undefined;
    const first = JSON.parse(new TextDecoder().decode(stored.value)) as Use;
    if (first.request === fingerprint(request)) return first.run;
    throw new LlmosError('CONFLICT', 'This key or event id was used for another request.', {
      field: request.key.startsWith('event:') ? 'id' : 'Idempotency-Key',
    });
  }

  /** The next request with the key is a run of its own: this one came to nothing. */
  async free(request: KeyedRequest): Promise<void> {
    await (await this.open()).delete(nameOf(request));
  }

  private open(): Promise<KvBucket> {
    this.bucket ??= this.bus.kv(BUCKETS.idempotency, { ttlMs: DAY_MS }).catch((error: unknown) => {
      this.bucket = undefined;
      throw error;
    });
    return this.bucket;
  }
}

function nameOf({ caller, key }: KeyedRequest): string {
  return `${caller.tenant}.${sha256(key)}`;
}

function fingerprint({ pipeline, fields }: KeyedRequest): string {
  return sha256(encodeBody({ name: pipeline.name, fields }).body);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
