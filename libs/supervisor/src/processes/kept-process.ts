import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { BackOff, type Restart } from './back-off.js';
import { signal } from './process-identity.js';

export interface KeptProcessOptions {
  /** Starts the program as the leader of its own process group. */
  launch(): ChildProcess;
  /** Asks the program to end; sends SIGTERM by default. */
  askToLeave?(child: ChildProcess): void;
  onStart?(): void;
  onLine?(line: string): void;
  onMessage?(message: unknown): void;
  /** The program ended without being asked, and will be restarted. */
  onDeath(reason: string, restart: Restart): void;
}

const KEPT_LINES = 40;

/** An end of the program that nobody asked for. */
export interface Death {
  readonly at: string;
  readonly reason: string;
}

/** Keeps one program running: restarts it when it ends, until {@link stop} is called. */
export class KeptProcess {
  private child?: ChildProcess;
  private timer?: NodeJS.Timeout;
  private stopping = false;
  private readonly backOff = new BackOff();
  private lastLines: string[] = [];
  private killedFor?: string;
  private deaths = 0;
  private death?: Death;

  constructor(private readonly options: KeptProcessOptions) {}

  /** Undefined while it is not running. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** How often it has been started again. */
  get restarts(): number {
    return this.deaths;
  }

  get lastDeath(): Death | undefined {
    return this.death;
  }

  start(): void {
    this.lastLines = [];
    this.killedFor = undefined;
    const child = this.options.launch();
    this.child = child;
    this.backOff.started();
    let over = false;
    const end = (reason: string) => {
      if (over) return;
      over = true;
      this.ended(child, reason);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, name) => end(this.killedFor ?? (name ? `ended by ${name}` : `exit code ${code}`)));
    child.on('message', (message) => this.options.onMessage?.(message));
    for (const stream of [child.stdout, child.stderr]) if (stream) this.readLines(stream);
    this.options.onStart?.();
  }

  /** The program has said that it does its work: if it dies later, it is restarted soon. */
  works(): void {
    this.backOff.works();
  }

  /** Kills the program and its process group. It is restarted, and the reason is reported as that of its death. */
  kill(reason: string): void {
    if (!this.child?.pid) return;
    this.killedFor = reason;
    signal(-this.child.pid, 'SIGKILL');
  }

  /** Sends a message, with a socket if there is one. Resolves to whether it was sent. */
  send(message: object, socket?: Socket): Promise<boolean> {
    const { child } = this;
    if (!child?.connected) return Promise.resolve(false);
    return new Promise((resolve) => child.send(message, socket, {}, (error) => resolve(!error)));
  }

  /** Asks the program to end, and kills its process group after `graceMs`. Resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const child = this.child;
    if (!child?.pid) return;
    const gone = once(child, 'exit');
    if (this.options.askToLeave) this.options.askToLeave(child);
    else child.kill('SIGTERM');
    const hard = setTimeout(() => signal(-child.pid!, 'SIGKILL'), graceMs);
    await gone;
    clearTimeout(hard);
  }

  /** The last line of output that looks like an error, with what it lists, else the last line: most often the reason of a death. */
  get lastError(): string | undefined {
    const at = this.lastLines.findLastIndex((line) => /error\b|\b(fatal|cannot|failed|exception)\b/i.test(line));
    const line = this.lastLines.at(at);
    if (at < 0 || !line?.endsWith(':')) return line;
    const below = this.lastLines.slice(at + 1);
    const end = below.findIndex((each) => !/^\s+(?!at )\S/.test(each));
    const listed = below.slice(0, end < 0 ? undefined : end).map((each) => each.trim());
    return listed.length > 0 ? `${line} ${listed.join('; ')}` : line;
  }

  private ended(child: ChildProcess, reason: string): void {
    this.child = undefined;
    // Child processes of a service share its group and must not outlive it.
    if (child.pid) signal(-child.pid, 'SIGKILL');
    if (this.stopping) return;
    const restart = this.backOff.died();
    this.timer = setTimeout(() => this.start(), restart.delayMs);
    const line = this.killedFor === undefined ? this.lastError : undefined;
    const why = line ? `${reason}: ${line.slice(0, 200)}` : reason;
    this.deaths++;
    this.death = { at: new Date().toISOString(), reason: why };
    this.options.onDeath(why, restart);
  }

  private readLines(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-100_000);
      for (const line of lines) this.keep(line);
    });
    stream.on('end', () => rest && this.keep(rest));
    // The end of the process reports what a broken pipe could.
    stream.on('error', () => undefined);
  }

  private keep(line: string): void {
    this.lastLines = [...this.lastLines.slice(1 - KEPT_LINES), line];
    this.options.onLine?.(line);
  }
}
