import { loadCapabilities } from '@llmos/contracts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NatsBroker } from './broker/nats-broker.js';
import { natsConfig, UNLIMITED_USER, userOf } from './broker/nats-config.js';
import { operatorPipelines } from './broker/operator-pipelines.js';
import { storageKeyFile } from './broker/storage-key.js';
import type { Instance } from './instance/instance.js';
import { modelVariables, type ModelChoice } from './instance/model-choice.js';
import type { LogFile } from './instance/log-file.js';
import type { InstanceState } from './instance/state-file.js';
import { refuseUnfinished } from './instance/unfinished-restore.js';
import { probe } from './process-status.js';
import type { ProcessStatus, ProcessSupervisor } from './process-supervisor.port.js';
import type { Restart } from './processes/back-off.js';
import { KeptProcess } from './processes/kept-process.js';
import { environmentFile, launchService } from './processes/launch.js';
import type { ServerProgram } from './processes/server-program.js';
import type { ServiceApp } from './service-apps.js';
import { REDIS_USER } from './redis/redis-config.js';
import { RedisServer } from './redis/redis-server.js';
import { startTraces, type Traces } from './traces.js';

const GATEWAY_GRACE_MS = 1_300;
const SERVICES_GRACE_MS = 2_500;
const BROKER_GRACE_MS = 600;
const REDIS_GRACE_MS = 600;

const listeningSchema = z.object({ type: z.literal('listening'), url: z.string() });

/** The files that the services read. */
export interface InstallationPaths {
  readonly pipelinesDir: string;
  readonly catalogPath: string;
  readonly samplesDir: string;
}

export interface LocalSupervisorOptions {
  readonly instance: Instance;
  readonly log: LogFile;
  readonly apps: readonly ServiceApp[];
  readonly server: ServerProgram;
  readonly paths: InstallationPaths;
  /** The redis-server to run, and the megabytes that its data may occupy; absent to run none. */
  readonly redis?: { readonly program: ServerProgram; readonly memoryMb: number } | undefined;
  /** The models that the environment names; they come before those chosen for the instance. */
  readonly models?: ModelChoice;
  readonly natsPort?: number;
  readonly gatewayPort?: number;
  /** Whether nats-server encrypts its files. */
  readonly encryption: boolean;
  /** Sends traces to a collector; absent for no traces. */
  readonly traces?: { readonly searchPath: string; readonly otlpUrl?: string };
  /** Changes the environment of a process, such as the address at which it finds the broker. */
  readonly environmentOf?: (
    process: string,
    environment: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  readonly startedAt: string;
  /** Receives a line about each event that a person may want to know. */
  readonly report: (line: string) => void;
}

interface Member {
  readonly app: ServiceApp;
  readonly kept: KeptProcess;
  url?: string;
  crashLoop: boolean;
}

/** Runs the broker, Redis and every service as child processes of this one, and restarts those that stop. */
export class LocalSupervisor implements ProcessSupervisor {
  private readonly members: Member[] = [];
  private broker?: NatsBroker;
  private redis?: RedisServer;
  private traces?: Traces;
  private stopping = false;
  private stateFault?: string;

  constructor(private readonly options: LocalSupervisorOptions) {}

  get crashing(): string[] {
    return this.members.filter(({ crashLoop }) => crashLoop).map(({ app }) => app.name);
  }

  get gatewayUrl(): string | undefined {
    return this.members.find(({ app }) => app.role === 'gateway')?.url;
  }

  get brokerUrl(): string | undefined {
    return this.broker?.url;
  }

  /** Where traces can be viewed, or where they are sent when the collector has no pages; undefined without traces. */
  get tracesUrl(): string | undefined {
    return this.traces && (this.traces.viewUrl ?? this.traces.otlpUrl);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { instance, server, report, traces } = this.options;
    refuseUnfinished(instance);
    const from = Date.now();
    await this.startRedis(signal);
    const natsUrl = await this.startBroker(signal);
    report(`✓ ${server.found} is running (${((Date.now() - from) / 1000).toFixed(1)} s)`);
    if (traces) this.traces = await startTraces({ ...this.options, ...traces, signal });
    this.startServices(natsUrl);
  }

  status(): Promise<ProcessStatus[]> {
    return Promise.all(this.members.map(({ app, kept, url }) => probe({ name: app.name, pid: kept.pid, url })));
  }

  /** Within 5 seconds: no new requests first, then the work in progress ends, and the broker stops last. */
  async stop(): Promise<void> {
    this.stopping = true;
    const ofRole = (role: ServiceApp['role']) => this.members.filter(({ app }) => app.role === role);
    await Promise.all(ofRole('gateway').map(({ kept }) => kept.stop(GATEWAY_GRACE_MS)));
    await Promise.all(ofRole('service').map(({ kept }) => kept.stop(SERVICES_GRACE_MS)));
    await Promise.all([this.broker?.stop(BROKER_GRACE_MS), this.redis?.stop(REDIS_GRACE_MS)]);
    await this.traces?.stop();
    this.options.instance.removeEnvironments();
  }

  private async startBroker(signal: AbortSignal): Promise<string> {
    const { instance, apps, natsPort: port, log, encryption, server, paths } = this.options;
    const folder = instance.brokerFolder;
    const keyFile = storageKeyFile({ home: instance.home, brokerFolder: folder, encryption });
    const capabilities = await loadCapabilities();
    const settings = {
      folder,
      credentials: instance.credentials(apps.map(({ name }) => name)),
      isEncrypted: keyFile !== undefined,
      operatorPipelines: await operatorPipelines(paths.pipelinesDir, capabilities),
      capabilities: [...capabilities.keys()],
    };
    this.broker = new NatsBroker({
      folder,
      server,
      config: (port) => natsConfig({ ...settings, port }),
      keyFile,
      port,
      onLine: (line) => log.append('nats-server', line),
      onListening: () => this.writeState(),
      onDeath: (reason, restart) => this.reportDeath('nats-server', reason, restart),
    });
    await this.broker.start(signal);
    return this.broker.url;
  }

  /** Memory is optional: nothing waits for Redis. The services use it once it is there. */
  private async startRedis(signal: AbortSignal): Promise<void> {
    const { instance, log, redis, report } = this.options;
    if (!redis) return;
    const from = Date.now();
    this.redis = await RedisServer.at({
      ...redis,
      folder: instance.redisFolder,
      password: instance.credentials().redis,
      onLine: (line) => log.append('redis-server', line),
      onListening: () => this.writeState(),
      onDeath: (reason, restart) => this.reportDeath('redis-server', reason, restart),
    });
    this.redis.start(signal).then(
      () => report(`✓ ${redis.program.found} is running (${((Date.now() - from) / 1000).toFixed(1)} s)`),
      ({ message }: Error) => this.stopping || report(`✗ ${message}; conversations have no memory until it does`),
    );
  }

  /** Writes the environment of each app, and of services that are started by hand. @returns the files of the apps. */
  private writeEnvironments(natsUrl: string): Map<ServiceApp, string> {
    const { instance, apps, gatewayPort, paths, models, environmentOf } = this.options;
    const variables: Record<string, string> = {
      ...(gatewayPort === undefined ? {} : { LLMOS_PORT: String(gatewayPort) }),
      ...(this.traces ? { LLMOS_OTLP_URL: this.traces.otlpUrl } : {}),
      LLMOS_NATS_URL: natsUrl,
      LLMOS_HOME: instance.home,
      LLMOS_ROOT: instance.root,
      LLMOS_PIPELINES_DIR: paths.pipelinesDir,
      LLMOS_MODEL_CATALOG: paths.catalogPath,
      LLMOS_SAMPLES_DIR: paths.samplesDir,
      ...this.redisAccess(),
      ...modelVariables(instance.models.read(), models),
      LLMOS_EXIT_WITH_PARENT: '1',
      // glibc then returns large freed blocks to the system; otherwise a loaded model leaves half of its size behind.
      MALLOC_MMAP_THRESHOLD_: '4194304',
      // Keeps compiled code between starts: on two cores, five processes that compile at once take seconds longer.
      NODE_COMPILE_CACHE: join(instance.home, 'compile-cache'),
    };
    const { services, processes } = instance.credentials();
    const write = (file: string, user: string, password = '', own = variables) => {
      const access = { LLMOS_NATS_USER: user, LLMOS_NATS_PASSWORD: password };
      writeFileSync(file, environmentFile({ ...own, ...access }), { mode: 0o600 });
      return file;
    };
    write(instance.environmentFile, UNLIMITED_USER, services);
    mkdirSync(instance.environmentsFolder, { recursive: true, mode: 0o700 });
    const file = (name: string) => join(instance.environmentsFolder, `${name}.env`);
    const ofApp = ({ name }: ServiceApp) =>
      write(file(name), userOf(name), processes[name], { ...variables, ...environmentOf?.(name, variables) });
    return new Map(apps.map((app) => [app, ofApp(app)]));
  }

  private redisAccess(): Record<string, string> {
    if (!this.redis) return {};
    const { redis: password } = this.options.instance.credentials();
    return { LLMOS_REDIS_URL: this.redis.url, LLMOS_REDIS_USER: REDIS_USER, LLMOS_REDIS_PASSWORD: password };
  }

  private startServices(natsUrl: string): void {
    const { instance, log } = this.options;
    for (const [app, environmentFile] of this.writeEnvironments(natsUrl)) {
      const member: Member = {
        app,
        crashLoop: false,
        kept: new KeptProcess({
          launch: () => launchService({ main: app.main, environmentFile, cwd: instance.root, log: log.descriptor }),
          onLine: (line) => log.append(app.name, line),
          onStart: () => this.writeState(),
          onMessage: (message) => this.onMessage(member, message),
          onDeath: (reason, restart) => {
            member.url = undefined;
            if (restart.crashLoop) member.crashLoop = true;
            this.reportDeath(app.name, reason, restart);
          },
        }),
      };
      this.members.push(member);
      member.kept.start();
    }
  }

  private onMessage(member: Member, message: unknown): void {
    const parsed = listeningSchema.safeParse(message);
    if (!parsed.success) return;
    member.url = parsed.data.url;
    this.writeState();
  }

  private reportDeath(name: string, reason: string, { delayMs, crashLoop }: Restart): void {
    if (this.stopping) return;
    const { report, instance } = this.options;
    report(`  ${name} stopped (${reason}); it restarts in ${(delayMs / 1000).toFixed(1)} s`);
    if (crashLoop)
      report(`✗ ${name} has stopped 5 times within a minute. The restarts continue; see ${instance.logFile}`);
    this.writeState();
  }

  private writeState(): void {
    if (this.stopping) return;
    const state: InstanceState = {
      pid: process.pid,
      startedAt: this.options.startedAt,
      url: this.gatewayUrl,
      natsUrl: this.broker?.url,
      natsPid: this.broker?.pid,
      redisUrl: this.redis?.url,
      redisPid: this.redis?.pid,
      tracesUrl: this.traces?.viewUrl,
      services: this.members.map(({ app, kept, url }) => ({ name: app.name, pid: kept.pid, url })),
    };
    try {
      this.options.instance.state.write(state);
      this.stateFault = undefined;
    } catch (error) {
      this.reportStateFault((error as Error).message);
    }
  }

  /** The services work without the state file; only other commands do not find them. Each fault is reported once. */
  private reportStateFault(fault: string): void {
    if (this.stateFault !== fault) this.options.report(`  the state file cannot be written (${fault})`);
    this.stateFault = fault;
  }
}
