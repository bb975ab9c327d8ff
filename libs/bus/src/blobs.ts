import { LlmosError, newRunId, OBJECT_STORES } from '@llmos/contracts';
import type { EncodedBody } from './frame.js';
import type { ObjectBucket, ObjectOptions } from './objects.js';
import { OUTCOMES_MORE_MS } from './retention.js';
import type { Sealer } from './sealer.js';
import { RUNS_KEPT_MS } from './topology.js';

/** How long a payload is kept: longer than an accepted run may take, or longer than its record and its result event. */
export type Kept = 'day' | 'week';

const HOUR_MS = 3_600_000;
const STORES = {
  day: { bucket: OBJECT_STORES.blobs, ttlMs: 26 * HOUR_MS },
  week: { bucket: OBJECT_STORES.outcomes, ttlMs: RUNS_KEPT_MS + OUTCOMES_MORE_MS },
} as const;

/** A body that is ready for a message: in the message itself, or in the object store by reference. */
export interface Payload extends EncodedBody {
  /** For the header `ce-dataref`. The body is empty then. */
  readonly dataref?: string;
  readonly sizeBytes: number;
}

const NOTHING = new Uint8Array();

/** Payloads too large for a message, kept in object stores and named by reference. */
export class Blobs {
  private readonly stores: Record<Kept, ObjectBucket>;

  /** @param sealer seals every payload. Without it, payloads are stored as they are. */
  constructor(
    open: (bucket: string, options: ObjectOptions) => ObjectBucket,
    private readonly sealer: Sealer | undefined,
  ) {
    this.stores = {
      day: open(STORES.day.bucket, STORES.day),
      week: open(STORES.week.bucket, STORES.week),
    };
  }

  /** Stores a body if it is larger than `limitBytes`. */
  async pack(tenant: string, encoded: EncodedBody, limitBytes: number, kept: Kept = 'day'): Promise<Payload> {
    const sizeBytes = encoded.body.length;
    if (sizeBytes <= limitBytes) return { ...encoded, sizeBytes };
    const dataref = await this.put(tenant, encoded.body, kept);
    return { contentType: encoded.contentType, body: NOTHING, dataref, sizeBytes };
  }

  /** @returns the reference. */
  async put(tenant: string, body: Uint8Array, kept: Kept = 'day'): Promise<string> {
    const name = kept === 'day' ? newRunId() : `${tenant}.${newRunId()}`;
    await this.stores[kept].putBytes(name, this.sealer ? await this.sealer.seal(tenant, name, body) : body);
    return name;
  }

  /** @throws LlmosError NOT_FOUND if the payload has expired or does not exist, or its tenant's key was destroyed. */
  async get(tenant: string, name: string): Promise<Uint8Array> {
    const body = await this.find(tenant, name);
    if (!body) throw new LlmosError('NOT_FOUND', `The payload ${name} is no longer kept.`);
    return body;
  }

  /** @throws LlmosError NOT_FOUND if the key of the tenant was destroyed. */
  async find(tenant: string, name: string): Promise<Uint8Array | undefined> {
    const stored = await this.stores[name.includes('.') ? 'week' : 'day'].getBytes(name);
    return stored && this.sealer ? this.sealer.open(tenant, name, stored) : stored;
  }

  /** Deletes the payloads of a tenant that are kept for a week. The others are sealed and expire within a day. */
  forget(tenant: string): Promise<void> {
    return this.stores.week.deleteAll(`${tenant}.`);
  }
}
