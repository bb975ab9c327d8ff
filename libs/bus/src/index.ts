export type { SequencedAnswer } from './answers.js';
export { Bus, intakeConsumer, taskConsumer, type BusOptions, type Decoded } from './bus.js';
export type { Abandoned, DeadLetter } from './dead-letters.js';
export type { Envelope } from './envelope.js';
export { decodeBody, encodeBody } from './frame.js';
export type { KvBucket, KvOptions, KvValue, KvWatcher } from './kv-bucket.js';
export type { Delivery, PullLoop } from './pull-loop.js';
export { ACK_WAIT_MS, MAX_DELIVERIES, STREAMS, type ConsumerSpec } from './topology.js';
