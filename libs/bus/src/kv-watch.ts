import { setTimeout as delay } from 'node:timers/promises';
import type { KV, KvEntry } from '@nats-io/kv';
import { LlmosError } from '@llmos/contracts';
import type { Connection } from './connection.js';

const RENEW_AFTER_MS = 200;

export interface Watching {
  stop(): void;
}

/**
 * Follows a bucket until stopped, past outages of the broker. Resolves when every existing entry was delivered, and
 * rejects with UNAVAILABLE if the connection closes before that.
 */
export async function followBucket(
  kv: KV,
  connection: Connection,
  onEntry: (entry: KvEntry) => void,
): Promise<Watching> {
  const { promise: replayed, resolve, reject } = Promise.withResolvers<undefined>();
  let stopped = false;
  const begin = () =>
    connection.call(async () => {
      if ((await kv.status()).values === 0) resolve(undefined);
      return kv.watch();
    });
  let current = await begin();
  const follow = async () => {
    while (!stopped) {
      try {
        for await (const entry of current) {
          onEntry(entry);
          if (entry.delta === 0) resolve(undefined);
        }
      } catch {
        // The iterator ends or throws if its consumer is gone. It is created again below.
      }
      if (stopped || connection.nc.isClosed()) break;
      await delay(RENEW_AFTER_MS);
      if (stopped) break;
      // From the first entry: a restarted broker counts the revisions of a bucket in memory from 1 again.
      const renewed = await begin().catch(() => undefined);
      if (!renewed) continue;
      current = renewed;
      if (stopped) current.stop();
    }
    reject(new LlmosError('UNAVAILABLE', 'The connection to the message broker was closed.'));
  };
  const following = follow();
  const stop = () => {
    stopped = true;
    current.stop();
  };
  connection.onReconnect(() => current.stop());
  // Otherwise a watch that begins while its connection closes leaves a timer of the client running for ever.
  connection.onClose(() => {
    stop();
    return following;
  });
  await replayed;
  return { stop };
}
