import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statfs } from 'node:fs/promises';
import { KeptServer, type ServerListener } from '../processes/kept-server.js';
import { launchOnLeash } from '../processes/launch.js';
import { signal } from '../processes/process-identity.js';
import type { ServerProgram } from '../processes/server-program.js';
import { BROKER_KEY, portIn } from './nats-config.js';

export interface NatsBrokerOptions extends ServerListener {
  readonly folder: string;
  readonly server: ServerProgram;
  /** The configuration for a port; with -1 the system chooses the port. */
  readonly config: (port: number) => string;
  /** The file of the key that encrypts the broker's files; see `storageKeyFile`. */
  readonly keyFile: string | undefined;
  /** Chosen by the system when it is undefined. */
  readonly port?: number;
}

/** nats-server closes a stream whose file it could not write, and opens it again only when it starts. */
const WRITE_FAILED = /critical write error.*(no space left|file too large|quota|input\/output error)/i;
const NEEDED_BYTES = 16_000_000;
const LOOK_EVERY_MS = 500;

/** The nats-server of an instance: kept running on one port, with its data in the instance's folder. */
export class NatsBroker {
  private readonly server: KeptServer;
  private port?: number;
  private lookingForRoom?: NodeJS.Timeout | undefined;

  constructor(private readonly options: NatsBrokerOptions) {
    const { folder, server, keyFile } = options;
    const configFile = join(folder, 'nats.conf');
    this.server = new KeptServer({
      ...options,
      name: 'nats-server',
      program: server,
      configFile,
      onLine: (line) => {
        options.onLine(line);
        if (WRITE_FAILED.test(line)) this.restartOnceThereIsRoom();
      },
      pidFile: 'nats.pid',
      isOfRun: (name) => name.endsWith('.ports'),
      launch: () => {
        // A restart after a crash uses the port that the services know.
        writeFileSync(configFile, options.config(this.port || -1), { mode: 0o600 });
        return launchOnLeash(withKey([...server.command(folder), '-c', configFile], keyFile));
      },
      accepts: () => {
        const port = portIn(portsFileIn(folder));
        this.port = port ?? this.port;
        return port !== undefined;
      },
    });
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The process of the server; undefined while it does not listen. */
  get pid(): number | undefined {
    return this.server.pid;
  }

  /**
   * Starts the server. Resolves when it accepts connections.
   *
   * @throws SupervisorError when it dies again and again, or does not listen in time.
   */
  start(signal: AbortSignal): Promise<void> {
    this.port = this.options.port;
    return this.server.start(signal);
  }

  stop(graceMs: number): Promise<void> {
    this.stopLooking();
    return this.server.stop(graceMs);
  }

  private restartOnceThereIsRoom(): void {
    const { pid } = this;
    if (this.lookingForRoom || pid === undefined) return;
    const look = async () => {
      const { bavail, bsize } = await statfs(join(this.options.folder, 'data'));
      if (this.lookingForRoom === undefined || (this.pid === pid && bavail * bsize < NEEDED_BYTES)) return;
      this.stopLooking();
      if (this.pid !== pid) return;
      this.options.onLine('[WRN] nats-server restarts, because a write failed and the disk has room now');
      signal(pid, 'SIGTERM');
    };
    this.lookingForRoom = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  }

  private stopLooking(): void {
    clearInterval(this.lookingForRoom);
    this.lookingForRoom = undefined;
  }
}

/** Sets the key, which no command line shows. It is quoted because nats-server parses the value like its file. */
const WITH_KEY = `${BROKER_KEY}="\\"$(cat "$1")\\""; export ${BROKER_KEY}; shift; exec "$@"`;

function withKey(command: readonly string[], keyFile: string | undefined): readonly string[] {
  return keyFile === undefined ? command : ['/bin/sh', '-c', WITH_KEY, 'broker', keyFile, ...command];
}

function portsFileIn(folder: string): string {
  const name = readdirSync(folder).find((file) => file.endsWith('.ports'));
  if (name === undefined) return '';
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}
