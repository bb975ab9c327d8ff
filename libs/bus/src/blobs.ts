import { LlmosError, newRunId, OBJECT_STORES } from '@llmos/contracts';
import { StorageType } from '@nats-io/jetstream';
import { Objm, type ObjectStore } from '@nats-io/obj';
import type { Sealer } from './sealer.js';
import { viaBroker } from './broker-errors.js';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

/** Longer than an accepted run may take. */
const KEPT_MS = 26 * 3_600_000;

/** Payloads too big for a message, kept in the object store for a day and named by reference. */
export class Blobs {
  private store: Promise<ObjectStore> | undefined;

  constructor(
    private readonly nc: NatsConnection,
    private readonly replicas: number,
    private readonly sealer: Sealer | undefined,
  ) {}

  /** @returns the reference to put into `ce-dataref`. */
  async put(tenant: string, body: Uint8Array): Promise<string> {
    const name = newRunId();
    const stored = this.sealer ? await this.sealer.seal(tenant, name, body) : body;
    await viaBroker(async () => (await this.open()).putBlob({ name }, stored));
    return name;
  }

  /** @throws LlmosError NOT_FOUND when the blob has expired or never was, or its tenant's key has been destroyed. */
  async get(tenant: string, name: string): Promise<Uint8Array> {
    const stored = await viaBroker(async () => (await this.open()).getBlob(name));
    if (!stored) throw new LlmosError('NOT_FOUND', `The payload ${name} is no longer kept.`);
    return this.sealer ? this.sealer.open(tenant, name, stored) : stored;
  }

  private open(): Promise<ObjectStore> {
    this.store ??= new Objm(this.nc)
      .create(OBJECT_STORES.blobs, { ttl: nanos(KEPT_MS), storage: StorageType.File, replicas: this.replicas })
      .catch((error: unknown) => {
        this.store = undefined;
        throw error;
      });
    return this.store;
  }
}
