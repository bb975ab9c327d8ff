import { startBrokerProxy } from './broker-proxy.js';
import { startNatsServer } from './nats-server.js';
import { waitFor } from './wait-for.js';

/** A process under test, whose start may still be in progress. */
export interface StartingProcess {
  /** Whether the start has ended and the process reports that it is ready. */
  isReady(): boolean;
  stop(): Promise<void>;
}

export interface CrashAtStartOptions {
  /** Starts a process that connects to the given address. */
  start(natsUrl: string): StartingProcess;
  /** Gives a process over the broker at the given address something to do, and resolves with whether it does it. */
  isWorking(natsUrl: string): Promise<boolean>;
}

/** Starts that are tried at once, each with a broker of its own. */
const AT_ONCE = 4;
const TIMEOUT_MS = 60_000;
const LIMIT_MS = 5_000;
/** On a busy machine every start takes longer. */
const LIMIT_IN_MEDIANS = 10;

/**
 * Starts a process again and again, each time with a new broker that is killed and restarted at the next of the
 * requests of the start, until a start ends before its crash.
 *
 * @returns the requests, and those after which the process did not work again within 5 s of the return of the broker
 *   (on a slow machine: ten times the median).
 * @throws Error if a process does not work again at all.
 */
export async function crashAtEachRequest(options: CrashAtStartOptions): Promise<{ crashes: number; slow: string[] }> {
  const times: number[] = [];
  for (let first = 1; first === times.length + 1; first += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, at) => workingAfterMs(first + at, options));
    const results = await Promise.all(tries);
    const end = results.indexOf(undefined);
    times.push(...(results.slice(0, end < 0 ? AT_ONCE : end) as number[]));
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
  const limit = Math.max(LIMIT_MS, LIMIT_IN_MEDIANS * median);
  const slow = times.flatMap((ms, at) => (ms > limit ? [`request ${at + 1}: ${ms.toFixed(0)} ms`] : []));
  return { crashes: times.length, slow };
}

/** The time from the return of the broker until the process works; undefined if the start ended before the crash. */
async function workingAfterMs(crashAt: number, { start, isWorking }: CrashAtStartOptions): Promise<number | undefined> {
  const nats = await startNatsServer();
  const proxy = await startBrokerProxy(nats, crashAt);
  const own = start(proxy.url);
  try {
    const at = `(crash at request ${crashAt})`;
    await waitFor(`the crash or the end of the start ${at}`, () => proxy.hasCrashed || own.isReady(), TIMEOUT_MS);
    if (!proxy.hasCrashed) {
      // The requests of the process when it stops must not crash the broker.
      proxy.disarm();
      return undefined;
    }
    await proxy.restarted;
    const returnedAt = performance.now();
    await waitFor(`the process to work ${at}`, async () => (await isWorking(nats.url)) && own.isReady(), TIMEOUT_MS);
    return performance.now() - returnedAt;
  } finally {
    await own.stop();
    await proxy.stop();
    await nats.stop();
  }
}
