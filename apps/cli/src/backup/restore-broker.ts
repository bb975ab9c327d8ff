import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  LogFile,
  NatsBroker,
  serverLines,
  storageKeyFile,
  type InstanceState,
  type NatsServer,
} from '@llmos/supervisor';
import type { CommandContext } from '../commands/context.js';

/** What it has in memory must get to its files: it is not killed before. */
const STOP_GRACE_MS = 60_000;
const USER = 'restore';

/** The instance's nats-server as a restore runs it. */
export interface RestoreBroker {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Resolves when all that was restored is on disk. */
  stop(): Promise<void>;
}

/**
 * Starts nats-server on the instance's data for one user alone. It does not sync every message, which takes minutes for
 * what is restored in seconds: all files are synced once at the end.
 */
export async function startRestoreBroker(
  { instance, config, terminal }: CommandContext,
  server: NatsServer,
  claimed: InstanceState,
  signal: AbortSignal,
): Promise<RestoreBroker> {
  const folder = instance.brokerFolder;
  const password = instance.credentials().services;
  const keyFile = storageKeyFile({ home: config.home, brokerFolder: folder, encryption: config.encryption });
  const log = new LogFile(instance.logFile);
  const broker = new NatsBroker({
    folder,
    server,
    config: (port) =>
      serverLines({ folder, port, isEncrypted: keyFile !== undefined, syncsAlways: false }) +
      `authorization { users: [ { user: ${USER}, password: ${JSON.stringify(password)} } ] }\n`,
    keyFile,
    port: config.natsPort,
    onLine: (line) => log.append('nats-server', line),
    onDeath: (reason) => terminal.note(`  nats-server stopped (${reason})`),
  });
  const end = async () => {
    await broker.stop(STOP_GRACE_MS);
    log.close();
  };
  try {
    await broker.start(signal);
    instance.state.write({ ...claimed, natsUrl: broker.url, natsPid: broker.pid });
  } catch (error) {
    await end();
    throw error;
  }
  return { url: broker.url, user: USER, password, stop: () => end().then(() => syncFolder(join(folder, 'data'))) };
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
