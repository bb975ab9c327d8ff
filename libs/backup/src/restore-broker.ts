import {
  Brokers,
  brokersOf,
  LogFile,
  serverLines,
  storageKeyFile,
  type BrokerCount,
  type Instance,
  type InstanceState,
  type ServerProgram,
} from '@llmos/supervisor';
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The server writes what it has in memory to its files before it ends. */
const STOP_GRACE_MS = 60_000;
const USER = 'restore';

export interface RestoreBrokerOptions {
  readonly instance: Instance;
  readonly server: ServerProgram;
  readonly natsPort?: number;
  /** How many brokers the data will belong to: by default as many as it belongs to now, and 1 for new data. */
  readonly brokers?: BrokerCount | undefined;
  readonly encryption: boolean;
  /** The claim of this process on the instance. */
  readonly claimed: InstanceState;
  readonly signal: AbortSignal;
}

/** The brokers of an instance while a restore runs. */
export interface RestoreBroker {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Resolves when all restored data is on disk. */
  stop(): Promise<void>;
}

/**
 * Starts the brokers of the instance on its data, with a single user. It does not sync every message, which would take
 * minutes instead of seconds: all files are synced once at the end.
 */
export async function startRestoreBroker({
  instance,
  server,
  natsPort: port,
  brokers: wanted,
  encryption,
  claimed,
  signal,
}: RestoreBrokerOptions): Promise<RestoreBroker> {
  const folder = instance.brokerFolder;
  const password = instance.credentials().services;
  const keyFile = storageKeyFile({ home: instance.home, brokerFolder: folder, encryption });
  const log = new LogFile(instance.logFile);
  const brokers: Brokers = await Brokers.at({
    count: wanted ?? brokersOf(folder) ?? 1,
    folder,
    server,
    config: (own) =>
      serverLines({ ...own, isEncrypted: keyFile !== undefined, syncsAlways: false }) +
      `authorization { users: [ { user: ${USER}, password: ${JSON.stringify(password)} } ] }\n`,
    keyFile,
    port,
    onLine: (line) => log.append('nats-server', line),
    onListening: () => instance.state.write({ ...claimed, natsUrl: brokers.url, brokers: brokers.processes }),
    onDeath: (name, reason) => log.append('nats-server', `${name} stopped (${reason})`),
  });
  const stop = async () => {
    await brokers.stop(STOP_GRACE_MS);
    log.close();
  };
  try {
    await brokers.start(signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: brokers.url, user: USER, password, stop: () => stop().then(() => syncFolder(folder)) };
}

function syncFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncFolder(path);
    else sync(path);
  }
  sync(folder);
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
