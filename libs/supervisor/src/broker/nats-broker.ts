import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeptServer, type ServerListener } from '../processes/kept-server.js';
import { launchOnLeash } from '../processes/launch.js';
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

/** The nats-server of an instance: kept running on one port, with its data in the instance's folder. */
export class NatsBroker {
  private readonly server: KeptServer;
  private port?: number;

  constructor(private readonly options: NatsBrokerOptions) {
    const { folder, server, keyFile } = options;
    const configFile = join(folder, 'nats.conf');
    this.server = new KeptServer({
      ...options,
      name: 'nats-server',
      program: server,
      configFile,
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
    return this.server.stop(graceMs);
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
