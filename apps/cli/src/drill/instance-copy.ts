import { restoreBackup } from '@llmos/backup';
import type { Snapshots, StreamHead } from '@llmos/bus';
import type { KeyService } from '@llmos/privacy';
import {
  claim,
  findServiceApps,
  freePort,
  Instance,
  LocalSupervisor,
  LogFile,
  waitUntilReady,
  type ModelChoice,
  type ServerProgram,
} from '@llmos/supervisor';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { CliError } from '../cli-error.js';
import type { CliConfig } from '../cli.config.js';
import { drillHome } from './drill-home.js';

/**
 * Settings of the running instance that a copy must not use: it would write to a database of others, send traces, or
 * take a port.
 */
const OUTSIDE = [
  'LLMOS_RETRIEVAL_QDRANT_URL',
  'LLMOS_REDIS_URL',
  'LLMOS_REDIS_USER',
  'LLMOS_REDIS_PASSWORD',
  'LLMOS_OTLP_URL',
  'LLMOS_HEALTH_PORT',
  'LLMOS_CONNECTIONS_PASSED',
];

const MINUTE_MS = 60_000;
const READY_WITHIN_MS = 15 * MINUTE_MS;

export interface CopyOptions {
  readonly config: CliConfig;
  readonly nats: ServerProgram;
  /** Without one, the conversations of the copy have no memory. */
  readonly redis: ServerProgram | undefined;
  readonly models: ModelChoice;
  readonly masterKeyFile: string;
  /** Receives the log of the copy's services. It is kept until the next drill. */
  readonly logFile: string;
  /** Whose data is read through the copy's gateway. */
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** A copy of the instance, in a home of its own and on ports of its own. {@link remove} leaves nothing of it. */
export class InstanceCopy {
  /** Where all of it is. */
  readonly home: string;
  private readonly instance: Instance;
  private readonly apiKey = randomBytes(24).toString('base64url');
  private supervisor?: LocalSupervisor;
  private log?: LogFile;

  constructor(private readonly options: CopyOptions) {
    this.home = drillHome(options.config.home);
    this.instance = new Instance(this.home, options.config.root);
  }

  /** Restores a backup into the copy. No service runs then. */
  async restore(
    path: string,
    master: KeyService,
    onRestored: (snapshots: Snapshots, heads: readonly StreamHead[]) => Promise<void>,
    onProgress: (done: number, total: number) => void,
  ): Promise<void> {
    const { config, nats: server, signal } = this.options;
    const claimed = await claim(this.instance);
    if ('other' in claimed) throw new CliError(`${this.home} is in use`, 'run the drill again');
    const { instance } = this;
    const own = { instance, server, encryption: config.encryption, claimed: claimed.own };
    await restoreBackup({ ...own, path, master, replace: false, brokers: 1, signal, onRestored, onProgress });
  }

  /** Starts every service and waits until all are ready. @returns the address and the key of the gateway. */
  async start(): Promise<{ url: string; apiKey: string }> {
    const { config, nats, redis, models, masterKeyFile, logFile, tenant, signal, report } = this.options;
    const apps = findServiceApps(config.root);
    if (apps.length === 0) throw new CliError('No service is built', 'run `npm start` once');
    rmSync(logFile, { force: true });
    this.log = new LogFile(logFile);
    const removed = OUTSIDE.filter((name) => redis === undefined || !name.startsWith('LLMOS_REDIS_'));
    this.supervisor = new LocalSupervisor({
      instance: this.instance,
      log: this.log,
      apps,
      server: nats,
      redis: redis && { program: redis, memoryMb: config.redisMemoryMb },
      paths: config,
      models,
      gatewayPort: await freePort(),
      encryption: config.encryption,
      startedAt: new Date().toISOString(),
      report,
      environmentOf: () => ({
        ...Object.fromEntries(removed.map((name) => [name, undefined])),
        LLMOS_MASTER_KEY_FILE: masterKeyFile,
        LLMOS_API_KEYS: `${this.apiKey}:${tenant}:operator`,
      }),
    });
    await this.supervisor.start(signal);
    await this.ready(this.supervisor);
    const url = this.supervisor.gatewayUrl;
    if (url === undefined) throw new CliError('No gateway is built', 'run `npm start`');
    return { url, apiKey: this.apiKey };
  }

  /** @throws CliError if a service does not become ready: a drill that a timer started must end. */
  private async ready(supervisor: LocalSupervisor): Promise<void> {
    const { signal, report, logFile } = this.options;
    const limit = AbortSignal.timeout(READY_WITHIN_MS);
    try {
      const either = AbortSignal.any([signal, limit]);
      await waitUntilReady(supervisor, { signal: either, report, failOnCrashLoop: true, logFile });
    } catch (cause) {
      if (signal.aborted || !limit.aborted) throw cause;
      const late = (await supervisor.status()).filter(({ state }) => state !== 'ready').map(({ name }) => name);
      throw new CliError(
        `The copy is not ready after ${READY_WITHIN_MS / MINUTE_MS} minutes: ${late.join(', ')}`,
        `see ${logFile}`,
        { cause },
      );
    }
  }

  /** Stops all processes of the copy and removes its data. */
  async remove(): Promise<void> {
    try {
      await this.supervisor?.stop();
    } finally {
      this.log?.close();
      rmSync(this.home, { recursive: true, force: true });
    }
  }
}
