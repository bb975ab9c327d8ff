import { subjects } from '@llmos/contracts';
import {
  AckPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { isConsumerAlreadyThere, isNotFound } from './broker-errors.js';
import { STREAMS, type ConsumerSpec } from './streams.js';

export { STREAMS, type ConsumerSpec };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** How long dead letters are kept. */
export const DEAD_LETTERS_KEPT_MS = 30 * DAY;
/** How long ended runs and result events are kept, if the gateway's settings do not say. */
export const RUNS_KEPT_MS = 7 * DAY;

/** Deliveries before a task becomes a dead letter. */
export const MAX_DELIVERIES = 5;
/** A message without a sign of progress for this long is delivered to another worker, if its consumer does not say. */
export const ACK_WAIT_MS = 15 * SECOND;

/** How long the streams on the disk know the ids of the messages that they took. */
export const DEDUP_MS = 10 * MINUTE;

const MAX_DELIVER_ADVISORY = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.*.*';

type Definition = Pick<StreamConfig, 'name' | 'subjects' | 'retention' | 'storage'> & Partial<StreamConfig>;

const DEFINITIONS: readonly Definition[] = [
  {
    // A caller waits: tasks are kept in memory and expire soon. The bound is the admission control: full is OVERLOADED.
    name: STREAMS.tasksLive,
    subjects: [subjects.tasks('live')],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.Memory,
    discard: DiscardPolicy.New,
    max_msgs: 10_000,
    max_bytes: 256 * 1024 * 1024,
    max_age: nanos(10 * MINUTE),
    duplicate_window: nanos(2 * MINUTE),
  },
  {
    name: STREAMS.tasksDurable,
    subjects: [subjects.tasks('durable')],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs: 1_000_000,
    duplicate_window: nanos(DEDUP_MS),
  },
  {
    name: STREAMS.intake,
    subjects: [subjects.intakeAll()],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs: 1_000_000,
    duplicate_window: nanos(DEDUP_MS),
  },
  {
    // A schedule is kept until deleted; its due messages are work like intake. The broker rejects `discard: new` here.
    name: STREAMS.schedules,
    subjects: [subjects.schedulesAll(), subjects.dueAll()],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    max_msgs_per_subject: 10_000,
    allow_msg_schedules: true,
    allow_rollup_hdrs: true,
    duplicate_window: nanos(DEDUP_MS),
  },
  {
    name: STREAMS.results,
    subjects: [subjects.results()],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    duplicate_window: nanos(DEDUP_MS),
  },
  {
    name: STREAMS.answers,
    subjects: [subjects.answers()],
    retention: RetentionPolicy.Limits,
    storage: StorageType.Memory,
    max_age: nanos(5 * MINUTE),
    max_bytes: 256 * 1024 * 1024,
    duplicate_window: nanos(5 * MINUTE),
  },
  {
    name: STREAMS.deadLetters,
    subjects: [subjects.deadLetters()],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(DEAD_LETTERS_KEPT_MS),
    duplicate_window: nanos(DEDUP_MS),
  },
  {
    name: STREAMS.advisories,
    subjects: [MAX_DELIVER_ADVISORY],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    max_age: nanos(7 * DAY),
  },
];

/** What a stream begins with, and others may have changed since: see `retention.ts`. */
const AT_FIRST: Readonly<Record<string, Partial<StreamConfig>>> = {
  [STREAMS.results]: { max_age: nanos(RUNS_KEPT_MS) },
};

/**
 * Creates the streams, or updates them to the definitions of this version, and checks the result: an older server
 * silently drops fields that it does not know.
 *
 * @throws Error naming the stream and the dropped field.
 */
export async function ensureStreams(jsm: JetStreamManager, replicas: number): Promise<void> {
  await Promise.all(DEFINITIONS.map((definition) => ensureStream(jsm, { ...definition, num_replicas: replicas })));
}

/** The replica count of the existing streams; 1 if there are none. */
export async function replicasKept(jsm: JetStreamManager): Promise<number> {
  try {
    return (await jsm.streams.info(STREAMS.deadLetters)).config.num_replicas;
  } catch (error) {
    if (isNotFound(error)) return 1;
    throw error;
  }
}

async function ensureStream(jsm: JetStreamManager, wanted: Definition): Promise<void> {
  let info = await jsm.streams.info(wanted.name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (info && differences(info.config, wanted).length === 0) return;
  info = info
    ? await jsm.streams.update(wanted.name, wanted)
    : await jsm.streams.add({ ...wanted, ...AT_FIRST[wanted.name] });
  const missed = differences(info.config, wanted);
  if (missed.length > 0)
    throw new Error(
      `stream ${wanted.name}: the server did not take ${missed.join(', ')}; is it nats-server 2.12.6 or later?`,
    );
}

function differences(have: object, want: object): string[] {
  const got = have as Record<string, unknown>;
  return Object.entries(want)
    .filter(([key, value]) => JSON.stringify(got[key]) !== JSON.stringify(value))
    .map(([key]) => key);
}

/** Creates a durable pull consumer, or updates the existing one. */
export async function ensureConsumer(jsm: JetStreamManager, spec: ConsumerSpec): Promise<void> {
  const config: Partial<ConsumerConfig> = {
    durable_name: spec.name,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(spec.ackWaitMs ?? ACK_WAIT_MS),
    max_deliver: spec.maxDeliveries ?? MAX_DELIVERIES,
    max_ack_pending: 10_000,
  };
  try {
    await jsm.consumers.add(spec.stream, config);
  } catch (error) {
    if (!isConsumerAlreadyThere(error)) throw error;
    await jsm.consumers.update(spec.stream, spec.name, config);
  }
}
