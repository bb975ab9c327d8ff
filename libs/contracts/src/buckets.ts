/** The JetStream key-value buckets. Their names are stored in every installation: they do not change. */
export const BUCKETS = {
  /** How each durable run ended. */
  runs: 'llmos-runs',
  /** How far each durable run is that has not ended. */
  progress: 'llmos-progress',
  /** The heartbeat of each process. */
  nodes: 'llmos-nodes',
  /** The state of each circuit breaker: `step.<capability>`, and `of.<service>.<dependency>`. */
  breakers: 'llmos-breakers',
  /** Which services a person has pinned, and whether scaling is paused. */
  scaling: 'llmos-scaling',
  /** The run of each idempotency key and each event. */
  idempotency: 'llmos-idempotency',
  tenantKeys: 'tenant-keys',
  documents: 'documents',
  /** What was asked, and which documents answered. */
  questions: 'questions',
  interactions: 'interactions',
  items: 'items',
  recommenderModels: 'recommender-models',
  classifiers: 'classifiers',
  restrictions: 'restrictions',
  baselines: 'threat-baselines',
  budgets: 'privacy-budgets',
  /** Alerts that are not told for a time. */
  silences: 'alert-silences',
} as const;

/** How the keys of restrictions begin that the scheduler may write: tenants that are slowed because of the load. */
export const LOAD_RESTRICTION = 'load';

/** The JetStream object stores. Their names do not change either. */
export const OBJECT_STORES = {
  /** Payloads too large for a message, kept for a day. */
  blobs: 'llmos-blobs',
  /** Terminal answers of durable runs too large for a message, kept longer than their records. */
  outcomes: 'llmos-outcomes',
  /** Dead letters too large for a message. */
  deadLetters: 'dead-letters',
  recommenderModels: 'recommender-model-files',
  recommenderCheckpoints: 'recommender-checkpoints',
} as const;
