import { serviceOf, subjects, type Lane } from '@llmos/contracts';

/** The names of the streams. They are stable: scalers and operators read them. */
export const STREAMS = {
  tasksLive: 'TASKS_LIVE',
  tasksDurable: 'TASKS_DURABLE',
  intake: 'INTAKE',
  schedules: 'SCHEDULES',
  results: 'RESULTS',
  answers: 'ANSWERS',
  deadLetters: 'DEAD_LETTERS',
  advisories: 'ADVISORIES',
} as const;

export interface ConsumerSpec {
  readonly stream: string;
  readonly name: string;
  readonly filter: string;
  /** A message without a sign of its worker for this long is delivered to another one. */
  readonly ackWaitMs?: number;
  /** How long a request for messages stands. A frozen worker is given messages until its request ends. */
  readonly requestMs?: number;
  readonly maxDeliveries?: number;
  /** The stream is in memory, and is lost with its broker. */
  readonly isVolatile?: boolean;
}

/**
 * How soon the tasks of a worker that died or froze are delivered again, and how long a frozen worker is given new ones.
 * Somebody waits for a live task. A false alarm costs a repeated step; a durable one may write, so it has more time.
 */
const TASK_TIMES: Readonly<Record<Lane, Pick<ConsumerSpec, 'ackWaitMs' | 'requestMs'>>> = {
  live: { ackWaitMs: 1_000, requestMs: 2_000 },
  durable: { ackWaitMs: 5_000, requestMs: 10_000 },
};

/** The stream of the tasks of a lane. */
export function taskStreamOf(lane: Lane): string {
  return lane === 'live' ? STREAMS.tasksLive : STREAMS.tasksDurable;
}

/** The consumer of one capability in one lane. Its name is stable. */
export function taskConsumer(lane: Lane, capability: string): ConsumerSpec {
  return {
    stream: taskStreamOf(lane),
    name: `${serviceOf(capability)}_${capability.slice(serviceOf(capability).length + 1)}`,
    filter: subjects.task(lane, capability),
    ...TASK_TIMES[lane],
    isVolatile: lane === 'live',
  };
}

/** The consumer of the live tasks for one replica of a capability. */
export function replicaConsumer(capability: string, place: number): ConsumerSpec {
  const shared = taskConsumer('live', capability);
  return { ...shared, name: `${shared.name}_${place}`, filter: subjects.taskAt(capability, place) };
}

/** Events of other systems: the gateway starts runs for them. */
export const intakeConsumer: ConsumerSpec = {
  stream: STREAMS.intake,
  name: 'gateway_intake',
  filter: subjects.intakeAll(),
};

/** Deliveries of schedules: the gateway starts runs for them. */
export const dueConsumer: ConsumerSpec = { stream: STREAMS.schedules, name: 'gateway_due', filter: subjects.dueAll() };

/** Messages that no worker finished within the maximum number of deliveries. They become dead letters. */
export const abandonedConsumer: ConsumerSpec = {
  stream: STREAMS.advisories,
  name: 'bus_bury',
  filter: '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
};

/** The inbox prefix of a user of the broker. A user may subscribe to its own inboxes only. */
export function inboxPrefixOf(user: string): string {
  return `_INBOX_${user}`;
}
