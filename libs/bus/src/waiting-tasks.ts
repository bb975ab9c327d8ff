import { jetstreamManager } from '@nats-io/jetstream';
import { Connection, type ConnectionOptions } from './connection.js';
import { STREAMS } from './streams.js';

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
    for (const stream of [STREAMS.tasksLive, STREAMS.tasksDurable])
      for await (const { name, num_pending } of jsm.consumers.list(stream)) {
        // The name of a consumer begins with that of its service; see `taskConsumer`.
        const service = name.slice(0, name.indexOf('_'));
        waiting.set(service, (waiting.get(service) ?? 0) + num_pending);
      }
    return waiting;
  } finally {
    await connection.close();
  }
}
