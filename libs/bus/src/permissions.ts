import {
  LANES,
  MAX_PLACES,
  serviceOf,
  storeAccessOf,
  subjects,
  type Capability,
  type StoreRight,
} from '@llmos/contracts';
import { KEPT_RUNS } from './retention.js';
import {
  abandonedConsumer,
  dueConsumer,
  inboxPrefixOf,
  intakeConsumer,
  replicaConsumer,
  STREAMS,
  taskConsumer,
  taskStreamOf,
  type ConsumerSpec,
} from './streams.js';

export { inboxPrefixOf } from './streams.js';

/** What of a capability decides who pulls its tasks, and from where. */
type Pulled = Pick<Capability, 'name' | 'reads'>;

/** The subjects that a user of the broker may publish to and subscribe to; nats-server denies all others. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export const GATEWAY = 'gateway';
/** The service that removes the messages of a tenant when its keys are destroyed. */
const FORGETS_TENANTS = 'security';
/** The service that watches how many tasks wait, that may ask a process to leave, and that wakes services. */
const HEALS = 'scheduler';

/**
 * The permissions of a process, with the least privilege: what {@link Bus} needs for the capabilities of the process
 * and for the buckets that the contracts declare for it.
 *
 * @param process the name of the app.
 * @param user the broker's user of the process; its inboxes have this name.
 * @param capabilities all of them.
 */
export function permissionsOf(process: string, user: string, capabilities: Iterable<Pulled>): Permissions {
  const { buckets, objects, keys } = storeAccessOf(process);
  const all = [...capabilities];
  const own = all.filter(({ name }) => serviceOf(name) === process);
  const publish = [
    '$JS.API.INFO',
    ...Object.values(STREAMS).flatMap((stream) => [api('STREAM.INFO', stream), api('STREAM.CREATE', stream)]),
    ...LANES.map((lane) => subjects.tasks(lane)),
    subjects.answers(),
    subjects.results(),
    subjects.deadLettersFrom(process),
    subjects.aliveFrom(process),
    ...own.flatMap(({ name }) => pulling(taskConsumer('durable', name))),
    ...own.flatMap((capability) => pullingLive(capability)),
    ...(own.some(({ reads }) => reads) ? [subjects.replicasOf(process)] : []),
    ...Object.entries(buckets).flatMap(([bucket, right]) => bucketSubjects(bucket, right)),
    ...Object.entries(keys).flatMap(([bucket, writable]) => writable.map((key) => `$KV.${bucket}.${key}`)),
    ...Object.entries(objects).flatMap(([store, right]) => objectSubjects(store, right)),
    ...(process === GATEWAY ? gatewaySubjects(all) : []),
    ...(process === FORGETS_TENANTS ? forgettingSubjects() : []),
    // Counts only: the list of consumers has nothing of what is in a task.
    ...(process === HEALS
      ? [...LANES.map((lane) => api('CONSUMER.LIST', taskStreamOf(lane))), subjects.leaveAll()]
      : []),
  ];
  return {
    publish,
    subscribe: [
      `${inboxPrefixOf(user)}.>`,
      subjects.cancels(),
      subjects.callersAll(),
      subjects.leaveOf(process),
      subjects.replicas(),
      ...(process === GATEWAY ? [subjects.answers(), subjects.aliveAll()] : []),
      ...(process === HEALS ? [subjects.wakes()] : []),
    ],
  };
}

/**
 * The gateway updates the streams, starts and cancels runs, turns abandoned messages into dead letters, and takes the live
 * tasks of services that are away.
 */
function gatewaySubjects(capabilities: readonly Pulled[]): string[] {
  return [
    ...capabilities.flatMap((capability) => pullingLive(capability)),
    ...[...Object.values(STREAMS), ...KEPT_RUNS].map((stream) => api('STREAM.UPDATE', stream)),
    ...[intakeConsumer, dueConsumer, abandonedConsumer].flatMap(pulling),
    ...[STREAMS.tasksLive, STREAMS.tasksDurable, STREAMS.intake, STREAMS.schedules].flatMap((stream) => [
      api('STREAM.MSG.GET', stream),
      api('STREAM.MSG.DELETE', stream),
    ]),
    ...reading(STREAMS.answers),
    subjects.schedulesAll(),
    api('STREAM.PURGE', STREAMS.schedules),
    subjects.cancels(),
    subjects.callersAll(),
    subjects.wakes(),
    subjects.deadLetters(),
  ];
}

function forgettingSubjects(): string[] {
  return [
    ...[STREAMS.deadLetters, STREAMS.results, STREAMS.answers].flatMap(reading),
    ...[STREAMS.deadLetters, STREAMS.results].map((stream) => api('STREAM.MSG.DELETE', stream)),
    ...[STREAMS.deadLetters, STREAMS.results, STREAMS.answers, STREAMS.schedules].map((stream) =>
      api('STREAM.PURGE', stream),
    ),
  ];
}

/** The live tasks of a capability, also those for its single replicas. */
function pullingLive({ name, reads }: Pulled): string[] {
  const places = reads ? Array.from({ length: MAX_PLACES }, (_, place) => replicaConsumer(name, place)) : [];
  return [taskConsumer('live', name), ...places].flatMap(pulling);
}

/** The operations of a pull loop: create its consumer with this filter, request messages, settle them. */
function pulling({ stream, name, filter }: ConsumerSpec): string[] {
  return [
    `${api('CONSUMER.CREATE', stream)}.${name}.${filter}`,
    `${api('CONSUMER.INFO', stream)}.${name}`,
    `${api('CONSUMER.MSG.NEXT', stream)}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
  ];
}

/** Reads messages by sequence or by subject, and through consumers that end with their reader. */
function reading(stream: string): string[] {
  return [
    api('STREAM.INFO', stream),
    api('STREAM.MSG.GET', stream),
    api('DIRECT.GET', stream),
    `${api('DIRECT.GET', stream)}.>`,
    ...['CONSUMER.CREATE', 'CONSUMER.INFO', 'CONSUMER.DELETE', 'CONSUMER.MSG.NEXT'].map(
      (action) => `${api(action, stream)}.>`,
    ),
    `$JS.FC.${stream}.>`,
  ];
}

function bucketSubjects(bucket: string, right: StoreRight): string[] {
  const stream = `KV_${bucket}`;
  return [
    ...reading(stream),
    api('STREAM.CREATE', stream),
    ...(right === 'read' ? [] : [`$KV.${bucket}.>`]),
    ...(right === 'own' ? [api('STREAM.MSG.DELETE', stream)] : []),
  ];
}

function objectSubjects(store: string, right: StoreRight): string[] {
  const stream = `OBJ_${store}`;
  return [
    ...reading(stream),
    api('STREAM.CREATE', stream),
    ...(right === 'read' ? [] : [`$O.${store}.>`]),
    // An object that is replaced or deleted is purged.
    ...(right === 'own' ? [api('STREAM.PURGE', stream)] : []),
  ];
}

const api = (action: string, stream: string) => `$JS.API.${action}.${stream}`;
