import { BUCKETS, LOAD_RESTRICTION, OBJECT_STORES } from './buckets.js';

/**
 * What a process may do with a bucket or an object store. `read` includes watching; `write` includes `read`; `own`
 * includes the removal of single entries from the disk of the broker.
 */
export type StoreRight = 'read' | 'write' | 'own';

/** What a process keeps at the broker. Permissions at the broker are generated from it. */
export interface StoreAccess {
  /** Rights by the names of {@link BUCKETS}. */
  readonly buckets: Readonly<Record<string, StoreRight>>;
  /** Keys, as subjects without their prefix, that it may write in buckets that it reads otherwise. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** Rights by the names of {@link OBJECT_STORES}. */
  readonly objects: Readonly<Record<string, StoreRight>>;
}

/**
 * What every process keeps: run records, heartbeats, the tenants' keys, and payloads too large for a message. It sees the
 * circuit breakers of all.
 */
const EVERY_PROCESS: Omit<StoreAccess, 'keys'> = {
  buckets: {
    [BUCKETS.runs]: 'write',
    [BUCKETS.progress]: 'write',
    [BUCKETS.nodes]: 'write',
    [BUCKETS.tenantKeys]: 'own',
    [BUCKETS.breakers]: 'read',
  },
  objects: {
    [OBJECT_STORES.blobs]: 'write',
    [OBJECT_STORES.outcomes]: 'write',
    [OBJECT_STORES.deadLetters]: 'write',
  },
};

/** What single processes keep beside that. A service that is not here keeps nothing of its own. */
const OF_PROCESS: Readonly<Record<string, Partial<StoreAccess>>> = {
  gateway: { buckets: { [BUCKETS.idempotency]: 'write', [BUCKETS.restrictions]: 'read' } },
  analysis: { buckets: { [BUCKETS.classifiers]: 'own' } },
  recommender: {
    buckets: { [BUCKETS.interactions]: 'own', [BUCKETS.items]: 'own', [BUCKETS.recommenderModels]: 'own' },
    objects: { [OBJECT_STORES.recommenderModels]: 'own', [OBJECT_STORES.recommenderCheckpoints]: 'own' },
  },
  retrieval: { buckets: { [BUCKETS.documents]: 'own', [BUCKETS.questions]: 'own' } },
  scheduler: {
    buckets: { [BUCKETS.scaling]: 'write', [BUCKETS.silences]: 'write', [BUCKETS.restrictions]: 'read' },
    keys: { [BUCKETS.restrictions]: [`${LOAD_RESTRICTION}.*`] },
  },
  security: {
    buckets: { [BUCKETS.restrictions]: 'own', [BUCKETS.baselines]: 'own', [BUCKETS.budgets]: 'own' },
    objects: { [OBJECT_STORES.outcomes]: 'own', [OBJECT_STORES.deadLetters]: 'own' },
  },
};

/** The buckets and object stores of a process, by the name of its app. */
export function storeAccessOf(process: string): StoreAccess {
  const own = OF_PROCESS[process];
  return {
    buckets: { ...EVERY_PROCESS.buckets, ...own?.buckets },
    objects: { ...EVERY_PROCESS.objects, ...own?.objects },
    // Whoever hands on a task may be the one that tries its capability. What a service depends on is its own.
    keys: { ...own?.keys, [BUCKETS.breakers]: ['step.>', `of.${process}.>`] },
  };
}
