import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import { endProcess } from '../instance/process-identity.js';
import type { Restart } from '../supervisor/back-off.js';
import { KeptProcess } from '../supervisor/kept-process.js';
import { launchOnLeash, releaseLeash } from '../supervisor/launch.js';
import type { NatsServer } from './nats-binary.js';
import { BROKER_KEY, portIn } from './nats-config.js';

const START_LIMIT_MS = 20_000;

export interface NatsBrokerOptions {
  readonly folder: string;
  readonly server: NatsServer;
  /** Its configuration for a port; -1 lets the system choose. */
  readonly config: (port: number) => string;
  /** Holds what its files are encrypted with; see `storageKeyFile`. */
  readonly keyFile: string | undefined;
  /** Undefined lets the system choose. */
  readonly port?: number;
  readonly onLine: (line: string) => void;
  readonly onDeath: (reason: string, restart: Restart) => void;
}

/** The house's own nats-server: kept running on one port, with its data in the instance's folder. */
export class NatsBroker {
  private readonly kept: KeptProcess;
  private readonly configFile: string;
  private port?: number;

  constructor(private readonly options: NatsBrokerOptions) {
    const { folder, server } = options;
    this.configFile = join(folder, 'nats.conf');
    this.kept = new KeptProcess({
      name: 'nats-server',
      launch: () => {
        removePorts(folder);
        this.writeConfig();
        return launchOnLeash(withKey([...server.command(folder), '-c', this.configFile], options.keyFile));
      },
      askToLeave: releaseLeash,
      onLine: options.onLine,
      onDeath: options.onDeath,
    });
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The server's own process, not the shell that holds it. */
  get pid(): number | undefined {
    return pidIn(this.options.folder) ?? this.kept.pid;
  }

  /** Starts it, after ending one that a killed supervisor may have left. Resolves when it accepts connections. */
  async start(signal: AbortSignal): Promise<void> {
    const { folder } = this.options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await this.endLeftover();
    this.port = this.options.port;
    this.kept.start();
    for (const end = Date.now() + START_LIMIT_MS; ;) {
      signal.throwIfAborted();
      const port = portIn(portsFileIn(folder));
      if (port !== undefined) {
        this.port = port;
        return;
      }
      if (Date.now() > end)
        throw new CliError(
          `nats-server does not start: ${this.kept.lastError ?? 'it says nothing'}`,
          'the log has the rest',
        );
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async stop(graceMs: number): Promise<void> {
    await this.kept.stop(graceMs);
    this.removeContainer();
    removePorts(this.options.folder);
    rmSync(join(this.options.folder, 'nats.pid'), { force: true });
  }

  /** A restart after a crash takes the port the services know. */
  private writeConfig(): void {
    writeFileSync(this.configFile, this.options.config(this.port || -1), { mode: 0o600 });
  }

  private async endLeftover(): Promise<void> {
    const pid = pidIn(this.options.folder);
    if (pid !== undefined) await endProcess(pid, (command) => command.includes(this.configFile), 3_000);
    this.removeContainer();
  }

  private removeContainer(): void {
    const { server, folder } = this.options;
    if (server.container)
      spawnSync(server.container.docker, ['rm', '--force', server.container.name(folder)], {
        stdio: 'ignore',
        timeout: 5_000,
      });
  }
}

/** The key is in no file beside the data and in no command line. Quoted, as nats-server reads a variable like its file. */
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

function removePorts(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.ports')) rmSync(join(folder, name), { force: true });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
