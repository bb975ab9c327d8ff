import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { z } from 'zod';
import type { ReplicaCounts } from './replica-counts.js';
import type { LogFile } from '../instance/log-file.js';
import type { ReplicaState } from '../instance/state-file.js';
import { probe } from '../process-status.js';
import type { ProcessStatus } from '../process-supervisor.port.js';
import type { Restart } from '../processes/back-off.js';
import { KeptProcess } from '../processes/kept-process.js';
import { launchService } from '../processes/launch.js';
import { mainThreadOf } from '../processes/process-identity.js';
import type { ServiceApp } from '../service-apps.js';
import type { CpuBinding } from './cpu-shares.js';
import { SignsOfLife } from './signs-of-life.js';

/** A process that has been silent for this long receives no new callers, in milliseconds. */
const DOUBTFUL_MS = 2_500;
/** What the end of a process takes beside its work, in milliseconds. */
const LEAVE_REST_MS = 3_000;

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), url: z.string(), node: z.string() }),
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('scale'), id: z.number(), counts: z.record(z.string(), z.number().int()) }),
  z.object({ type: z.literal('backup'), id: z.number() }),
]);

/** The service that may ask for other numbers of processes, and for a backup. */
const SCALES = 'scheduler';

/** What the replicas of an instance share. */
export interface ReplicaHost {
  readonly cwd: string;
  readonly log: LogFile;
  /** Undefined where processes cannot be bound to processors. */
  readonly binding: CpuBinding | undefined;
  /** A process without a sign of life for this long is killed and restarted, in milliseconds; 0: never. */
  readonly frozenAfterMs: number;
  /** Called after each change of what {@link Replica.state} returns. */
  onChange(): void;
  onDeath(name: string, reason: string, restart: Restart): void;
  /** A process of the mesh ended without being asked; `node` is its name there. */
  onEnded(node: string): void;
  /**
   * The scheduler asks for other numbers of processes. Returns how many are wanted of each service then, without waiting.
   *
   * @throws SupervisorError if that is not possible.
   */
  onScale(counts: ReplicaCounts): ReplicaCounts;
  /** The scheduler asks for a backup. Resolves when it is taken and tried. @throws Error if that is not possible. */
  onBackup(): Promise<void>;
}

export interface ReplicaOptions extends ReplicaHost {
  readonly app: ServiceApp;
  /** From 1 on. The first has the name of its service. */
  readonly number: number;
  readonly environmentFile: string;
  readonly cpus: readonly number[] | undefined;
}

/** One process of a service, kept running. */
export class Replica {
  readonly name: string;
  crashLoop = false;
  private readonly kept: KeptProcess;
  private readonly signs = new SignsOfLife();
  private phase: 'starting' | 'running' | 'leaving' = 'running';
  private url?: string;
  private node?: string;
  /** How long it may finish its work; undefined unless it leaves while others stay. */
  private graceMs?: number;
  private cpus: readonly number[] | undefined;

  constructor(private readonly options: ReplicaOptions) {
    const { app, number, environmentFile, cwd, log, binding } = options;
    this.name = number === 1 ? app.name : `${app.name}-${number}`;
    this.cpus = options.cpus;
    this.kept = new KeptProcess({
      launch: () => {
        this.signs.started();
        const prefix = binding?.prefix(this.cpus) ?? [];
        return launchService({ main: app.main, environmentFile, prefix, cwd, log: log.descriptor });
      },
      askToLeave: (child) => this.askToLeave(child),
      onLine: (line) => log.append(app.name, line),
      onStart: () => options.onChange(),
      onMessage: (message) => this.onMessage(message),
      onDeath: (reason, restart) => {
        this.url = undefined;
        if (this.node !== undefined) options.onEnded(this.node);
        this.node = undefined;
        if (restart.crashLoop) this.crashLoop = true;
        options.onDeath(this.name, reason, restart);
      },
    });
  }

  get number(): number {
    return this.options.number;
  }

  /** For the state file. */
  get state(): ReplicaState {
    const { restarts, lastDeath, pid } = this.kept;
    const phase = this.phase === 'running' ? {} : { phase: this.phase };
    const place = { name: this.name, service: this.options.app.name, ...phase };
    return { ...place, pid, url: this.url, restarts, lastDeath, ...(this.cpus ? { cpus: [...this.cpus] } : {}) };
  }

  /** Whether it can be given a caller: it has said that it listens, and shows that it lives. */
  get takesCallers(): boolean {
    return this.url !== undefined && this.phase !== 'leaving' && this.signs.silentMs < DOUBTFUL_MS;
  }

  get isLeaving(): boolean {
    return this.phase === 'leaving';
  }

  start(phase: 'starting' | 'running' = 'running'): void {
    this.phase = phase;
    this.kept.start();
  }

  /** It has taken the place of another. */
  settle(): void {
    this.phase = 'running';
    this.options.onChange();
  }

  status(): Promise<ProcessStatus> {
    return probe({ name: this.name, pid: this.kept.pid, url: this.url });
  }

  /** Hands the connection of a caller to the process. Resolves to whether it was sent. */
  take(socket: Socket): Promise<boolean> {
    return this.kept.send({ type: 'connection' }, socket);
  }

  /** Tells the process that another one of the mesh has ended. */
  tellEnded(node: string): void {
    void this.kept.send({ type: 'ended', node });
  }

  /** Binds the process to other processors; undefined: to all. */
  async bind(cpus: readonly number[] | undefined): Promise<void> {
    if (String(cpus) === String(this.cpus)) return;
    this.cpus = cpus;
    if (this.kept.pid !== undefined) await this.options.binding?.move(this.kept.pid, cpus);
    this.options.onChange();
  }

  /** To be called regularly: kills the process if it has been silent for too long. It is restarted then. */
  watch(elapsedMs: number): void {
    const { frozenAfterMs } = this.options;
    if (this.kept.pid === undefined) return this.signs.started();
    const thread = mainThreadOf(this.kept.pid);
    this.signs.pass(elapsedMs, thread);
    if (frozenAfterMs === 0 || !this.signs.isFrozen(frozenAfterMs, thread)) return;
    const silentSeconds = Math.round(this.signs.silentMs / 1_000);
    this.signs.started();
    this.kept.kill(`frozen: no sign of life for ${silentSeconds} s, so it was killed`);
  }

  /** Lets the process finish the work that it has, and take no more. Resolves when it has ended. */
  async leave(graceMs: number): Promise<void> {
    this.phase = 'leaving';
    this.options.onChange();
    this.graceMs = graceMs;
    await this.kept.stop(graceMs + LEAVE_REST_MS);
    this.options.onChange();
  }

  /** Stops the process with the others: it has the short time of its own default. */
  stop(graceMs: number): Promise<void> {
    this.phase = 'leaving';
    return this.kept.stop(graceMs);
  }

  private askToLeave(child: ChildProcess): void {
    const { graceMs } = this;
    // A process that still starts has no work to finish.
    if (graceMs === undefined || this.url === undefined) return void child.kill('SIGTERM');
    void this.kept.send({ type: 'leave', graceMs }).then((isSent) => isSent || child.kill('SIGTERM'));
  }

  private onMessage(message: unknown): void {
    const { data } = messageSchema.safeParse(message);
    if (!data) return;
    this.signs.heard();
    if (data.type === 'scale' && this.options.app.name === SCALES) return this.answerScale(data.id, data.counts);
    if (data.type === 'backup' && this.options.app.name === SCALES) return void this.answerBackup(data.id);
    if (data.type !== 'listening') return;
    this.signs.complete();
    this.kept.works();
    this.url = data.url;
    this.node = data.node;
    this.options.onChange();
  }

  private async answerBackup(id: number): Promise<void> {
    const error = await this.options.onBackup().then(
      () => ({}),
      ({ message }: Error) => ({ error: message }),
    );
    await this.kept.send({ type: 'backed-up', id, ...error });
  }

  private answerScale(id: number, counts: ReplicaCounts): void {
    const answer = (rest: object) => void this.kept.send({ type: 'scaled', id, ...rest });
    try {
      answer({ counts: this.options.onScale(counts) });
    } catch (error) {
      answer({ counts: {}, error: (error as Error).message });
    }
  }
}
