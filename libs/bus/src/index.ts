export type { SequencedAnswer } from './answers.js';
export type { Abandoned } from './abandoned.js';
export { Bus, type BusOptions, type Decoded } from './bus.js';
export type { Signs } from './signs.js';
export { type OutgoingEvent, type PackedAnswer, type Refused } from './run-messages.js';
export type { DeadLetterAdmin, DeadLetterFilter, DeadLetterNote, Redriven } from './dead-letter-admin.js';
export { editableText, headersOf, textOf, type Original } from './dead-letter-original.js';
export type { DeadLetter, DeadLetters, DeadLetterGuard, DeadLetterName, DeadLetterPayload } from './dead-letters.js';
export type { Blobs } from './blobs.js';
export { headerValue, type Envelope } from './envelope.js';
export { decodeBody, encodeBody, FRAME_TYPE, JSON_TYPE } from './frame.js';
export {
  changeEntry,
  type Change,
  type KvBucket,
  type KvChange,
  type KvOptions,
  type KvRevision,
  type KvValue,
  type KvWatcher,
  type Revisioned,
  type StoredKvValue,
} from './kv-bucket.js';
export type { Watching } from './kv-watch.js';
export type { ObjectBucket, ObjectOptions, StoredObject } from './objects.js';
export type { Delivery, PullLoop } from './pull-loop.js';
export type { RecurringRun, RecurringRuns } from './recurring-runs.js';
export { Revisions } from './revisions.js';
export type { Sealer, Sealers } from './sealer.js';
export {
  Snapshots,
  type SnapshotsOptions,
  type StoredMessage,
  type StoredStream,
  type StreamHead,
  type StreamSnapshot,
} from './snapshots.js';
export type { ForgottenMessages } from './tenant-messages.js';
export type { TaskQueue } from './task-queues.js';
export { waitingTasks } from './waiting-tasks.js';
export { WatchedBucket, type Watchable, type WatchedBucketOptions } from './watched-bucket.js';
export { dueConsumer, intakeConsumer, replicaConsumer, STREAMS, taskConsumer, type ConsumerSpec } from './streams.js';
export { DEDUP_MS, MAX_DELIVERIES, RUNS_KEPT_MS } from './topology.js';
