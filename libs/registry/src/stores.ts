import type { AtRest, SealedBucket } from '@llmos/vault';
import type { ObjectBucket, Revisioned } from '@llmos/bus';

/** Where version records are stored; {@link SealedBucket} is the adapter for the broker. */
export type RecordStore = Revisioned & Pick<SealedBucket, 'delete' | 'watch'>;

/** Where files are stored; {@link ObjectBucket} is the adapter for the broker. */
export type ObjectStore = Pick<ObjectBucket, 'get' | 'delete' | 'names'> & {
  put(name: string, source: Uint8Array | AsyncIterable<Uint8Array>): Promise<unknown>;
};

/** Seals files with the tenant's keys, and knows when the keys were destroyed. */
export type Sealing = Pick<AtRest, 'encrypts' | 'seal' | 'open' | 'shreddedSince'>;
