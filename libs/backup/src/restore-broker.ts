import {
  LogFile,
  NatsBroker,
  serverLines,
  storageKeyFile,
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
  readonly encryption: boolean;
  /** The claim of this process on the instance. */
  readonly claimed: InstanceState;
  readonly signal: AbortSignal;
}

/** The nats-server of an instance while a restore runs. */
export interface RestoreBroker {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Resolves when all restored data is on disk. */
  stop(): Promise<void>;
}

/**
 * Starts nats-server on the data of the instance, with a single user. It does not sync every message, which would take
 * minutes instead of seconds: all files are synced once at the end.
 */
export async function startRestoreBroker({
  instance,
  server,
  natsPort: port,
  encryption,
  claimed,
  signal,
}: RestoreBrokerOptions): Promise<RestoreBroker> {
  const folder = instance.brokerFolder;
  const password = instance.credentials().services;
  const keyFile = storageKeyFile({ home: instance.home, brokerFolder: folder, encryption });
  const log = new LogFile(instance.logFile);
  const broker: NatsBroker = new NatsBroker({
    folder,
    server,
    config: (port) =>
      serverLines({ folder, port, isEncrypted: keyFile !== undefined, syncsAlways: false }) +
      `authorization { users: [ { user: ${USER}, password: ${JSON.stringify(password)} } ] }\n`,
    keyFile,
    port,
    onLine: (line) => log.append('nats-server', line),
    onListening: () => instance.state.write({ ...claimed, natsUrl: broker.url, natsPid: broker.pid }),
    onDeath: (reason) => log.append('nats-server', `nats-server stopped (${reason})`),
  });
  const stop = async () => {
    await broker.stop(STOP_GRACE_MS);
    log.close();
  };
  try {
    await broker.start(signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: broker.url, user: USER, password, stop: () => stop().then(() => syncFolder(join(folder, 'data'))) };
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
