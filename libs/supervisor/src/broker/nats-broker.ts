import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Restart } from '../processes/back-off.js';
import { KeptProcess } from '../processes/kept-process.js';
import { launchOnLeash, releaseLeash } from '../processes/launch.js';
import { endProcess } from '../processes/process-identity.js';
import type { ServerProgram } from '../processes/server-program.js';
import { SupervisorError } from '../supervisor-error.js';
import { BROKER_KEY, portIn } from './nats-config.js';

const START_LIMIT_MS = 20_000;
const POLL_MS = 15;

export interface NatsBrokerOptions {
  readonly folder: string;
  readonly server: ServerProgram;
  /** The configuration for a port; with -1 the system chooses the port. */
  readonly config: (port: number) => string;
  /** The file of the key that encrypts the broker's files; see `storageKeyFile`. */
  readonly keyFile: string | undefined;
  /** Chosen by the system when it is undefined. */
  readonly port?: number;
  readonly onLine: (line: string) => void;
  /** Called when the server accepts connections, after the start and after each restart. */
  readonly onListening?: () => void;
  readonly onDeath: (reason: string, restart: Restart) => void;
}

/** The nats-server of an instance: kept running on one port, with its data in the instance's folder. */
export class NatsBroker {
  private readonly kept: KeptProcess;
  private readonly configFile: string;
  private port?: number;
  private isListening = false;
  private isCrashing = false;

  constructor(private readonly options: NatsBrokerOptions) {
    const { folder, server } = options;
    this.configFile = join(folder, 'nats.conf');
    this.kept = new KeptProcess({
      launch: () => {
        this.forgetProcess();
        // A restart after a crash uses the port that the services know.
        writeFileSync(this.configFile, this.options.config(this.port || -1), { mode: 0o600 });
        return launchOnLeash(withKey([...server.command(folder), '-c', this.configFile], options.keyFile));
      },
      askToLeave: releaseLeash,
      onStart: () => void this.awaitListening(),
      onLine: options.onLine,
      onDeath: (reason, restart) => {
        this.forgetProcess();
        this.isCrashing ||= restart.crashLoop;
        options.onDeath(reason, restart);
      },
    });
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The process of the server itself, not of the shell that started it; undefined while it does not listen. */
  get pid(): number | undefined {
    return this.isListening ? pidIn(this.options.folder) : undefined;
  }

  /**
   * Starts the server, after it ended one that a killed supervisor left. Resolves when it accepts connections.
   *
   * @throws SupervisorError when it dies again and again, or does not listen in time.
   */
  async start(signal: AbortSignal): Promise<void> {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    await this.endLeftover();
    this.port = this.options.port;
    this.kept.start();
    for (const end = Date.now() + START_LIMIT_MS; !this.isListening; await pause(POLL_MS, undefined, { signal }))
      if (this.isCrashing || Date.now() > end)
        throw new SupervisorError(
          `nats-server does not start: ${this.kept.lastError ?? 'it printed nothing'}`,
          'see the log',
        );
  }

  async stop(graceMs: number): Promise<void> {
    await this.kept.stop(graceMs);
    this.options.server.removeLeftover(this.options.folder);
    this.forgetProcess();
  }

  /** Polls for the files that a started server writes, until it listens or has ended. */
  private async awaitListening(): Promise<void> {
    const shell = this.kept.pid;
    for (; this.kept.pid === shell; await pause(POLL_MS)) {
      const port = portIn(portsFileIn(this.options.folder));
      if (port === undefined || pidIn(this.options.folder) === undefined) continue;
      this.port = port;
      this.isListening = true;
      this.isCrashing = false;
      return this.options.onListening?.();
    }
  }

  private forgetProcess(): void {
    this.isListening = false;
    const { folder } = this.options;
    for (const name of readdirSync(folder))
      if (name.endsWith('.ports') || name === 'nats.pid') rmSync(join(folder, name), { force: true });
  }

  private async endLeftover(): Promise<void> {
    const { folder, server } = this.options;
    const pid = pidIn(folder);
    if (pid !== undefined) await endProcess(pid, (command) => command.includes(this.configFile), 3_000);
    server.removeLeftover(folder);
  }
}

/** Sets the key, which no command line shows. It is quoted because nats-server parses the value like its file. */
const WITH_KEY = `${BROKER_KEY}="\\"$(cat "$1")\\""; export ${BROKER_KEY}; shift; exec "$@"`;

function withKey(command: readonly string[], keyFile: string | undefined): readonly string[] {
  return keyFile === undefined ? command : ['/bin/sh', '-c', WITH_KEY, 'broker', keyFile, ...command];
}

function pidIn(folder: string): number | undefined {
  const pid = Number.parseInt(readIfThere(join(folder, 'nats.pid')), 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function portsFileIn(folder: string): string {
  const name = readdirSync(folder).find((file) => file.endsWith('.ports'));
  return name === undefined ? '' : readIfThere(join(folder, name));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
