import { loadCapabilities } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { Brokers, brokersOf } from './broker/brokers.js';
import { natsConfig } from './broker/nats-config.js';
import { operatorPipelines } from './broker/operator-pipelines.js';
import { storageKeyFile } from './broker/storage-key.js';
import { FrontDoor } from './callers/front-door.js';
import type { ControlCommand } from './control/control.js';
import { ControlServer } from './control/control-server.js';
import type { InstanceState } from './instance/state-file.js';
import { StateWriter } from './instance/state-writer.js';
import { refuseUnfinished } from './instance/unfinished-restore.js';
import type { LocalSupervisorOptions } from './local-supervisor.options.js';
import type { ProcessStatus, ProcessSupervisor } from './process-supervisor.port.js';
import type { Restart } from './processes/back-off.js';
import { reportDeath } from './processes/death-report.js';
import { RedisServer } from './redis/redis-server.js';
import { CpuBinding } from './replicas/cpu-shares.js';
import { checkReplicaCounts, type ReplicaCounts } from './replicas/replica-counts.js';
import type { ReplicaHost } from './replicas/replica.js';
import { ServiceGroup, type Report } from './replicas/service-group.js';
import { SIGN_EVERY_MS } from './replicas/signs-of-life.js';
import type { ServiceApp } from './service-apps.js';
import { writeEnvironments } from './service-environments.js';
import { SupervisorError } from './supervisor-error.js';
import { startTraces, type Traces } from './traces.js';

const GATEWAY_GRACE_MS = 1_300;
const SERVICES_GRACE_MS = 2_500;
const BROKER_GRACE_MS = 600;
const REDIS_GRACE_MS = 600;

const DEFAULT_GATEWAY_PORT = 8_000;
const DEFAULT_FROZEN_AFTER_MS = 15_000;

/** Runs the broker, Redis and every service as child processes of this one, and restarts those that stop. */
export class LocalSupervisor implements ProcessSupervisor {
  private groups: ServiceGroup[] = [];
  private door?: FrontDoor;
  private control?: ControlServer;
  private watch?: NodeJS.Timeout;
  /** The command that is being done. */
  private command?: ControlCommand['type'];
  private brokers?: Brokers;
  private redis?: RedisServer;
  private traces?: Traces;
  private isBackingUp = false;
  private isServed = false;
  private stopping = false;
  private readonly state: StateWriter;

  constructor(private readonly options: LocalSupervisorOptions) {
    this.state = new StateWriter(options.instance.state, options.report);
  }

  get crashing(): string[] {
    return this.replicas.filter(({ crashLoop }) => crashLoop).map(({ name }) => name);
  }

  /** Where callers reach the gateways; undefined until the first one listens. */
  get gatewayUrl(): string | undefined {
    this.isServed ||= this.ofRole('gateway').some(({ replicas }) => replicas.some(({ state }) => state.url));
    return this.isServed ? this.door?.url : undefined;
  }

  get brokerUrl(): string | undefined {
    return this.brokers?.url;
  }

  /** Where traces can be viewed, or where they are sent when the collector has no pages; undefined without traces. */
  get tracesUrl(): string | undefined {
    return this.traces && (this.traces.viewUrl ?? this.traces.otlpUrl);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { instance, server, report, traces, apps, replicas = {} } = this.options;
    refuseUnfinished(instance);
    checkReplicaCounts(replicas, apps);
    const from = steadyNow();
    await this.startRedis(signal);
    const natsUrl = await this.startBroker(signal);
    report(`✓ ${server.found} is running (${((steadyNow() - from) / 1000).toFixed(1)} s)`);
    if (traces) this.traces = await startTraces({ ...this.options, ...traces, signal });
    this.control = await ControlServer.open((command, report) => this.execute(command, report));
    if (apps.some(({ role }) => role === 'gateway')) this.door = await this.openDoor();
    this.startServices(natsUrl);
  }

  status(): Promise<ProcessStatus[]> {
    return Promise.all(this.replicas.map((replica) => replica.status()));
  }

  /**
   * Starts or ends processes of the services until there are as many as `counts` says. Resolves when the new ones are
   * ready and the others have finished their work.
   *
   * @throws SupervisorError if that is not possible, and nothing changes; or if a process does not become ready.
   */
  async scale(counts: ReplicaCounts, report: Report): Promise<void> {
    checkReplicaCounts(counts, this.options.apps);
    const groups = this.groups.filter(({ app }) => counts[app.name] !== undefined);
    await Promise.all(groups.map((group) => group.scaleTo(counts[group.app.name]!, report)));
  }

  /**
   * Replaces every process of the named services, of all without names, one after the other. Callers notice nothing:
   * each new process is ready before the old one finishes its work and leaves. The broker and Redis go on.
   *
   * @throws SupervisorError if a new process does not become ready. It is removed, and the restart ends there.
   */
  async restart(names: readonly string[], report: Report): Promise<void> {
    const unknown = names.find((name) => !this.groups.some(({ app }) => app.name === name));
    if (unknown !== undefined)
      throw new SupervisorError(
        `There is no service '${unknown}'`,
        `the services are: ${this.groups.map(({ app }) => app.name).join(', ')}`,
      );
    const all = [...this.ofRole('service'), ...this.ofRole('gateway')];
    for (const group of all) if (names.length === 0 || names.includes(group.app.name)) await group.restart(report);
  }

  /** Within 5 seconds: no new requests first, then the work in progress ends, and the broker stops last. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.watch);
    this.control?.close();
    this.door?.close();
    await Promise.all(this.ofRole('gateway').map((group) => group.stop(GATEWAY_GRACE_MS)));
    await Promise.all(this.ofRole('service').map((group) => group.stop(SERVICES_GRACE_MS)));
    await Promise.all([this.brokers?.stop(BROKER_GRACE_MS), this.redis?.stop(REDIS_GRACE_MS)]);
    await this.traces?.stop();
    this.options.instance.removeEnvironments();
  }

  private async startBroker(signal: AbortSignal): Promise<string> {
    const { instance, apps, natsPort: port, log, encryption, server, paths } = this.options;
    const folder = instance.brokerFolder;
    const keyFile = storageKeyFile({ home: instance.home, brokerFolder: folder, encryption });
    const capabilities = await loadCapabilities();
    const count = this.options.brokers ?? brokersOf(folder) ?? 1;
    const settings = {
      credentials: instance.credentials(apps.map(({ name }) => name)),
      isEncrypted: keyFile !== undefined,
      operatorPipelines: await operatorPipelines(paths.pipelinesDir, capabilities),
      capabilities: [...capabilities.values()],
    };
    this.brokers = await Brokers.at({
      count,
      folder,
      server,
      config: (own) => natsConfig({ ...settings, ...own }),
      keyFile,
      port,
      onLine: (line) => log.append('nats-server', line),
      onListening: () => this.writeState(),
      onDeath: (name, reason, restart) => this.onDeath(name, reason, restart),
    });
    await this.brokers.start(signal);
    return this.brokers.url;
  }

  /** Memory is optional: nothing waits for Redis. The services use it once it is there. */
  private async startRedis(signal: AbortSignal): Promise<void> {
    const { instance, log, redis, report } = this.options;
    if (!redis) return;
    const from = steadyNow();
    this.redis = await RedisServer.at({
      ...redis,
      folder: instance.redisFolder,
      password: instance.credentials().redis,
      onLine: (line) => log.append('redis-server', line),
      onListening: () => this.writeState(),
      onDeath: (reason, restart) => this.onDeath('redis-server', reason, restart),
    });
    this.redis.start(signal).then(
      () => report(`✓ ${redis.program.found} is running (${((steadyNow() - from) / 1000).toFixed(1)} s)`),
      ({ message }: Error) => this.stopping || report(`✗ ${message}; conversations have no memory until it does`),
    );
  }

  private get replicas() {
    return this.groups.flatMap(({ replicas }) => replicas);
  }

  private ofRole(role: ServiceApp['role']): ServiceGroup[] {
    return this.groups.filter(({ app }) => app.role === role);
  }

  private get gateways() {
    return this.ofRole('gateway').flatMap(({ replicas }) => replicas);
  }

  private openDoor(): Promise<FrontDoor> {
    const { gatewayHost: host = '127.0.0.1', gatewayPort: port = DEFAULT_GATEWAY_PORT } = this.options;
    return FrontDoor.open({ host, port, receivers: () => this.gateways });
  }

  private startServices(natsUrl: string): void {
    const { instance, log, replicas = {}, searchPath = '', frozenAfterMs = DEFAULT_FROZEN_AFTER_MS } = this.options;
    const binding = CpuBinding.find(searchPath);
    if (!binding && Object.values(replicas).some((count) => count > 1))
      this.options.report('  replicas share all processors: there is no `taskset` here to bind them');
    const host: ReplicaHost = {
      cwd: instance.root,
      log,
      binding,
      frozenAfterMs,
      onChange: () => this.writeState(),
      onDeath: (name, reason, restart) => this.onDeath(name, reason, restart),
      onEnded: (node) => this.gateways.forEach((gateway) => gateway.tellEnded(node)),
      onScale: (counts) => this.scaleAsAsked(counts),
      onBackup: () => this.backUpAsAsked(),
    };
    const { traces, redis } = this;
    const brokers = this.brokers?.processes.length ?? 1;
    const files = writeEnvironments(this.options, { natsUrl, brokers, otlpUrl: traces?.otlpUrl, redisUrl: redis?.url });
    this.groups = [...files].map(([app, environmentFile]) => new ServiceGroup({ app, environmentFile, host }));
    for (const group of this.groups) group.start(replicas[group.app.name] ?? 1);
    let watchedAtMs = steadyNow();
    this.watch = setInterval(() => {
      const elapsedMs = steadyNow() - watchedAtMs;
      watchedAtMs = steadyNow();
      for (const replica of this.replicas) replica.watch(elapsedMs);
    }, SIGN_EVERY_MS);
  }

  /** One command at a time: two that move processes of the same service would undo each other. */
  private async execute(command: ControlCommand, report: Report): Promise<void> {
    if (this.command !== undefined)
      throw new SupervisorError(`Another command is under way (${this.command})`, 'try again when it is done');
    this.command = command.type;
    try {
      if (command.type === 'scale') await this.scale(command.counts, report);
      else await this.restart(command.services, report);
    } finally {
      this.command = undefined;
    }
  }

  /** The scheduler asks. It does not wait for processes to be ready or to leave; another command comes first. */
  private scaleAsAsked(counts: ReplicaCounts): ReplicaCounts {
    if (Object.keys(counts).length > 0) {
      if (this.command !== undefined || this.stopping) throw new SupervisorError('Another command is under way');
      checkReplicaCounts(counts, this.options.apps);
      const asked = Object.entries(counts).map(([name, count]) => `${name}=${count}`);
      this.options.report(`  the scheduler asks for ${asked.join(', ')}`);
      this.scale(counts, this.options.report).catch((error: Error) => this.options.report(`✗ ${error.message}`));
    }
    return Object.fromEntries(this.groups.map(({ app, count }) => [app.name, count]));
  }

  /** The scheduler asks. One at a time. */
  private async backUpAsAsked(): Promise<void> {
    const { takeBackup, report } = this.options;
    if (!takeBackup) throw new SupervisorError('This supervisor takes no backups');
    if (this.isBackingUp || this.stopping) throw new SupervisorError('A backup is under way, or everything stops');
    report('  the scheduler asks for a backup');
    this.isBackingUp = true;
    try {
      await takeBackup();
    } finally {
      this.isBackingUp = false;
    }
  }

  private onDeath(name: string, reason: string, restart: Restart): void {
    if (this.stopping) return;
    reportDeath({ name, reason, restart }, this.options);
    this.writeState();
  }

  private writeState(): void {
    if (this.stopping) return;
    const state: InstanceState = {
      pid: process.pid,
      startedAt: this.options.startedAt,
      url: this.gatewayUrl,
      natsUrl: this.brokers?.url,
      brokers: this.brokers?.processes ?? [],
      redisUrl: this.redis?.url,
      redisPid: this.redis?.pid,
      tracesUrl: this.traces?.viewUrl,
      control: this.control && { url: this.control.url, token: this.control.token },
      services: this.replicas.map(({ state }) => state),
    };
    this.state.write(state);
  }
}
