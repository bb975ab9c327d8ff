import { steadyNow } from '@llmos/resilience';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SupervisorError } from '../supervisor-error.js';
import type { Restart } from './back-off.js';
import { KeptProcess } from './kept-process.js';
import { releaseLeash } from './launch.js';
import { endProcess } from './process-identity.js';
import type { ServerProgram } from './server-program.js';

const START_LIMIT_MS = 20_000;
const POLL_MS = 15;

/** What the owner of a server wants to know of it. */
export interface ServerListener {
  readonly onLine: (line: string) => void;
  /** Called when the server accepts connections, after the start and after each restart. */
  readonly onListening?: () => void;
  readonly onDeath: (reason: string, restart: Restart) => void;
}

export interface KeptServerOptions extends ServerListener {
  /** For messages, such as `nats-server`. */
  readonly name: string;
  /** Holds the data, the configuration and the file with the process id. */
  readonly folder: string;
  readonly program: ServerProgram;
  /** In the command line of the server, which is recognised by it. */
  readonly configFile: string;
  /** The name of the file in which the server writes its process id. */
  readonly pidFile: string;
  /** Whether a file of the folder is there only while the server runs. It is removed before a launch. */
  readonly isOfRun: (name: string) => boolean;
  /** Starts the program on a leash; see `launchOnLeash`. */
  launch(): ChildProcess;
  /** Whether the launched server accepts connections. */
  accepts(): boolean | Promise<boolean>;
}

/** A server of others, kept running with its data in a folder of the instance. */
export class KeptServer {
  private readonly kept: KeptProcess;
  private isListening = false;
  private isCrashing = false;

  constructor(private readonly options: KeptServerOptions) {
    this.kept = new KeptProcess({
      launch: () => {
        this.forgetProcess();
        return options.launch();
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

  /** The process of the server itself, not of the shell that started it; undefined while it does not listen. */
  get pid(): number | undefined {
    return this.isListening ? this.writtenPid() : undefined;
  }

  /**
   * Starts the server, after it ended one that a killed supervisor left. Resolves when it accepts connections.
   *
   * @throws SupervisorError when it dies again and again, or does not listen in time.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { folder, name } = this.options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await this.endLeftover();
    this.kept.start();
    for (const end = steadyNow() + START_LIMIT_MS; !this.isListening; await pause(POLL_MS, undefined, { signal }))
      if (this.isCrashing || steadyNow() > end)
        throw new SupervisorError(
          `${name} does not start: ${this.kept.lastError ?? 'it printed nothing'}`,
          'see the log',
        );
  }

  async stop(graceMs: number): Promise<void> {
    const { folder, program } = this.options;
    await this.kept.stop(graceMs);
    program.removeLeftover(folder);
    this.forgetProcess();
  }

  /** Polls until the started server accepts connections or has ended. */
  private async awaitListening(): Promise<void> {
    const shell = this.kept.pid;
    for (; this.kept.pid === shell; await pause(POLL_MS)) {
      if (this.writtenPid() === undefined || !(await this.options.accepts())) continue;
      if (this.kept.pid !== shell) return;
      this.isListening = true;
      this.isCrashing = false;
      this.kept.works();
      return this.options.onListening?.();
    }
  }

  private forgetProcess(): void {
    this.isListening = false;
    const { folder, pidFile, isOfRun } = this.options;
    for (const name of readdirSync(folder))
      if (name === pidFile || isOfRun(name)) rmSync(join(folder, name), { force: true });
  }

  private async endLeftover(): Promise<void> {
    const { folder, program, configFile } = this.options;
    const pid = this.writtenPid();
    if (pid !== undefined) await endProcess(pid, (command) => command.includes(configFile), 3_000);
    program.removeLeftover(folder);
  }

  private writtenPid(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(join(this.options.folder, this.options.pidFile), 'utf8'), 10);
      return Number.isNaN(pid) ? undefined : pid;
    } catch {
      return undefined;
    }
  }
}
