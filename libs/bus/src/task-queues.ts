import { capabilityOf, LANES, type Lane } from '@llmos/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { taskStreamOf } from './streams.js';

/** The tasks of one capability in one lane, as the broker counts them. It says nothing of their content. */
export interface TaskQueue {
  readonly lane: Lane;
  readonly capability: string;
  /** Tasks that no process has taken yet. */
  readonly waiting: number;
  /** Tasks that were taken and are not settled. */
  readonly taken: number;
  /** The place in the stream of the last task that was taken. */
  readonly takenUpTo: number;
  /** The place of the last message in the stream, from about the same moment. */
  readonly lastPlace: number;
}

/** Reads all queues of tasks. Needs a user of the broker that may list consumers. A capability that nobody did yet has none. */
export async function readTaskQueues(jsm: JetStreamManager): Promise<TaskQueue[]> {
  const lanes = await Promise.all(LANES.map((lane) => queuesOf(jsm, lane)));
  return lanes.flat();
}

async function queuesOf(jsm: JetStreamManager, lane: Lane): Promise<TaskQueue[]> {
  const stream = taskStreamOf(lane);
  // First: whatever is published meanwhile then counts as older than it is, by moments.
  const lastPlace = (await jsm.streams.info(stream)).state.last_seq;
  const queues: TaskQueue[] = [];
  for await (const { config, num_pending, num_ack_pending, delivered } of jsm.consumers.list(stream)) {
    const capability = capabilityOf(config.filter_subject ?? '');
    if (capability === undefined) continue;
    const counts = { waiting: num_pending, taken: num_ack_pending, takenUpTo: delivered.stream_seq };
    queues.push({ lane, capability, ...counts, lastPlace });
  }
  return queues;
}
