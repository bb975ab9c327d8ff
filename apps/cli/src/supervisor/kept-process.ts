import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { signal } from '../instance/process-identity.js';
import { BackOff, type Restart } from './back-off.js';

export interface KeptProcessOptions {
  readonly name: string;
  /** Starts it, as the leader of its own process group. */
  launch(): ChildProcess;
  /** Asks it to go; SIGTERM unless something else is right. */
  askToLeave?(child: ChildProcess): void;
  onStart?(): void;
  onLine?(line: string): void;
  onMessage?(message: unknown): void;
  /** It died by itself and will be started again. */
  onDeath(reason: string, restart: Restart): void;
}

const REMEMBERED_LINES = 40;

/** Keeps one program running: starts it again when it dies, until it is told to stop. */
export class KeptProcess {
  private child?: ChildProcess;
  private timer?: NodeJS.Timeout;
  private stopping = false;
  private readonly backOff = new BackOff();
  private lastLines: string[] = [];

  constructor(private readonly options: KeptProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** Undefined while it is not running. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.lastLines = [];
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
    child.once('exit', (code, name) => end(name ? `ended by ${name}` : `exit code ${code}`));
    child.on('message', (message) => this.options.onMessage?.(message));
    for (const stream of [child.stdout, child.stderr]) if (stream) this.readLines(stream);
    this.options.onStart?.();
  }

  /** Asks it to go; kills it and its whole group after `graceMs`. Resolves when it is gone. */
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

  /** What it said last on its streams: the reason for a death is most often there. */
  get lastError(): string | undefined {
    return (
      this.lastLines.findLast((line) => /\b(error|fatal|cannot|failed|exception)\b/i.test(line)) ??
      this.lastLines.at(-1)
    );
  }

  private ended(child: ChildProcess, reason: string): void {
    this.child = undefined;
    // Helpers that a service started share its group and must not outlive it.
    if (child.pid) signal(-child.pid, 'SIGKILL');
    if (this.stopping) return;
    const restart = this.backOff.died();
    this.timer = setTimeout(() => this.start(), restart.delayMs);
    const said = this.lastError;
    this.options.onDeath(said ? `${reason}: ${said.slice(0, 200)}` : reason, restart);
  }

  private readLines(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-100_000);
      for (const line of lines) this.keep(line);
    });
    stream.on('end', () => rest && this.keep(rest));
    // A pipe that breaks says nothing that the end of its process does not say.
    stream.on('error', () => undefined);
  }

  private keep(line: string): void {
    this.lastLines = [...this.lastLines.slice(1 - REMEMBERED_LINES), line];
    this.options.onLine?.(line);
  }
}
