import { jetstreamManager } from '@nats-io/jetstream';
import { Connection, type ConnectionOptions } from './connection.js';
import { serviceOf } from '@llmos/contracts';
import { readTaskQueues } from './task-queues.js';

const CONNECT_MS = 1_000;

/**
 * How many tasks of each service no process has taken yet, in both lanes, by the name of the service. Needs a user of
 * the broker that may list consumers.
 *
 * @throws if the broker cannot be reached within a second.
 */
export async function waitingTasks(access: Omit<ConnectionOptions, 'service'>): Promise<Map<string, number>> {
  const connection = await Connection.open({ connectTimeoutMs: CONNECT_MS, ...access, service: 'waiting-tasks' });
  try {
    const jsm = await connection.call(() => jetstreamManager(connection.nc));
    const waiting = new Map<string, number>();
    for (const { capability, waiting: own } of await readTaskQueues(jsm))
      waiting.set(serviceOf(capability), (waiting.get(serviceOf(capability)) ?? 0) + own);
    return waiting;
  } finally {
    await connection.close();
  }
}
