import { Bus } from '@llmos/bus';
import {
  findServiceApps,
  freePort,
  Instance,
  LocalSupervisor,
  LogFile,
  memoryOf,
  waitUntilReady,
  type ServerProgram,
} from '@llmos/supervisor';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import type { CliConfig } from '../cli.config.js';
import { GrowthRecord } from './growth.js';
import type { Kit, KitKind } from './kits/kit.js';
import { now } from './ledger.js';
import type { SeededRandom } from './seeded-random.js';

const READY_WITHIN_MS = 120_000;
const POLL_MS = 20;
const SAMPLE_MS = 5_000;

/** What is kept for a quarter of an hour at most, so that what still grows after that is a leak. */
const KEPT_BRIEFLY = {
  LLMOS_RUNS_KEPT_HOURS: '0.25',
  LLMOS_DURABLE_DEADLINE_MS: '600000',
  LLMOS_CONVERSATION_TTL_SECONDS: '900',
  LLMOS_RETRIEVAL_MAX_QUESTIONS: '500',
};

export interface SystemOptions {
  readonly config: CliConfig;
  readonly nats: ServerProgram;
  readonly redis: ServerProgram | undefined;
  readonly kit: Kit;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
  /** Receives what the supervisor reports. */
  readonly report: (line: string) => void;
}

/** A process of the system: a service, or `gateway`, `broker`, `redis`. */
export type Victim = string;

/** A whole system of its own: its own folder, ports, broker and processes. Only the models are shared. */
export class PrivateSystem {
  /** Processes killed so far. */
  kills = 0;
  readonly growth = new GrowthRecord();
  private readonly sampling: NodeJS.Timeout;

  private constructor(
    readonly random: SeededRandom,
    readonly instance: Instance,
    readonly bus: Bus,
    private readonly supervisor: LocalSupervisor,
    private readonly log: LogFile,
    private readonly gatewayPort: number,
    private readonly kit: Kit,
  ) {
    this.sampling = setInterval(() => this.sample(), SAMPLE_MS);
  }

  /** Starts everything and waits until it is ready. */
  static async start(options: SystemOptions): Promise<PrivateSystem> {
    const { config, nats, redis, kit, random, signal, report } = options;
    const home = privateHome(config);
    const instance = new Instance(home, config.root);
    const apps = findServiceApps(config.root);
    if (apps.length === 0) throw new CliError('No service is built', 'run `npm start` once');
    const log = new LogFile(instance.logFile);
    // A restarted gateway uses the same address: callers find it again.
    const gatewayPort = await freePort();
    await kit.open(apps.map(({ name }) => name));
    const supervisor = new LocalSupervisor({
      instance,
      log,
      apps,
      server: kit.broker(nats),
      redis: redis && { program: redis, memoryMb: config.redisMemoryMb },
      paths: { ...config, pipelinesDir: join(home, 'pipelines') },
      gatewayPort,
      encryption: config.encryption,
      startedAt: new Date().toISOString(),
      report,
      environmentOf: (process, environment) => ({
        ...environment,
        // Its callers have no keys.
        LLMOS_API_KEYS: '',
        ...KEPT_BRIEFLY,
        ...kit.environmentOf(process, environment),
      }),
    });
    try {
      await supervisor.start(signal);
      await waitUntilReady(supervisor, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN_MS)]),
        report,
        failOnCrashLoop: true,
        logFile: log.path,
      });
      const access = { url: supervisor.brokerUrl!, user: 'services', password: instance.credentials().services };
      const bus = await Bus.connect({ ...access, service: 'faults', onError: () => undefined });
      return new PrivateSystem(random, instance, bus, supervisor, log, gatewayPort, kit);
    } catch (error) {
      await supervisor.stop();
      await kit.close();
      throw error;
    }
  }

  /** The gateway's address, also while it is away. */
  get url(): string {
    return `http://127.0.0.1:${this.gatewayPort}`;
  }

  /** Undefined while it is not running. */
  pidOf(victim: Victim): number | undefined {
    const state = this.instance.state.read();
    if (victim === 'broker') return state?.brokers[0]?.pid;
    if (victim === 'redis') return state?.redisPid;
    return state?.services.find(({ name }) => name === victim)?.pid;
  }

  /** `kill -9`. A process that is just restarting is waited for. */
  async kill(victim: Victim): Promise<void> {
    const pid = await this.running(victim);
    if (signalled(pid, 'SIGKILL')) this.kills++;
  }

  /** `kill -9` of a broker that has started and does not listen yet, or has just begun to. */
  async killStartingBroker(): Promise<void> {
    const file = join(this.instance.brokerFolder, 'nats.pid');
    for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await pause(1)) {
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
      if (pid > 0 && signalled(pid, 'SIGKILL')) return void this.kills++;
    }
    throw new CliError('the broker does not start', `see ${this.log.path}`);
  }

  /** Stops it where it stands, with its connections open. @returns lets it go on. */
  async freeze(victim: Victim): Promise<() => void> {
    const pid = await this.running(victim);
    signalled(pid, 'SIGSTOP');
    return () => void signalled(pid, 'SIGCONT');
  }

  /** The pid of the process, as soon as one runs that is not `except`. */
  async running(victim: Victim, except?: number): Promise<number> {
    for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await pause(POLL_MS)) {
      const pid = this.pidOf(victim);
      if (pid !== undefined && pid !== except) return pid;
    }
    throw new CliError(`${victim} does not run`, `see ${this.log.path}`);
  }

  /** The kit that a fault needs. */
  with<K extends Kit>(kind: KitKind<K>): K {
    if (this.kit instanceof kind) return this.kit;
    throw new Error(`the fault does not name the kit ${kind.name} in \`needs\``);
  }

  /** Whether every process is running and ready. */
  async isReady(): Promise<boolean> {
    if (this.pidOf('broker') === undefined) return false;
    return (await this.supervisor.status()).every(({ state }) => state === 'ready');
  }

  /** The processes that are not ready, with what they wait for. */
  async unready(): Promise<string> {
    const waiting = (await this.supervisor.status()).filter(({ state }) => state !== 'ready');
    return waiting.map(({ name, checks }) => `${name} (${checks.map(({ message }) => message).join(', ')})`).join(', ');
  }

  /** @param keepLog a file that receives the log of all processes. */
  async stop(keepLog: string): Promise<void> {
    clearInterval(this.sampling);
    await this.bus.close(0);
    await this.supervisor.stop();
    this.log.close();
    await this.kit.close();
    cpSync(this.log.path, keepLog);
    rmSync(this.instance.home, { recursive: true, force: true });
  }

  private sample(): void {
    const state = this.instance.state.read();
    const servers = ['broker', 'redis'].map((name) => ({ name, pid: this.pidOf(name) }));
    for (const { name, pid } of [...(state?.services ?? []), ...servers]) {
      const memoryBytes = pid === undefined ? undefined : memoryOf(pid);
      const openFiles = filesOf(pid);
      if (pid !== undefined && memoryBytes !== undefined && openFiles !== undefined)
        this.growth.add(name, pid, { atMs: now(), memoryBytes, openFiles });
    }
  }
}

/** Open files of a process; undefined if it has ended, and on systems without /proc. */
function filesOf(pid: number | undefined): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** A new folder with the models and programs of this machine, and the pipelines with that of the events. */
function privateHome({ home, root, pipelinesDir }: CliConfig): string {
  const own = mkdtempSync(join(tmpdir(), 'llmos-faults-'));
  for (const shared of ['models', 'bin', 'compile-cache'])
    if (existsSync(join(home, shared))) symlinkSync(join(home, shared), join(own, shared));
  cpSync(pipelinesDir, join(own, 'pipelines'), { recursive: true });
  cpSync(join(root, 'deploy', 'faults'), join(own, 'pipelines'), { recursive: true });
  return own;
}

/** @returns false if the process has ended. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
