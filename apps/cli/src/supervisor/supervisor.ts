import { checkSchema, type Check } from '@llmos/contracts';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NatsBroker } from '../broker/nats-broker.js';
import { natsConfig } from '../broker/nats-config.js';
import type { NatsServer } from '../broker/nats-binary.js';
import { operatorPipelines } from '../broker/operator-pipelines.js';
import { storageKeyFile } from '../broker/storage-key.js';
import type { Instance } from '../instance/instance.js';
import type { LogFile } from '../instance/log-file.js';
import { endProcess } from '../instance/process-identity.js';
import type { InstanceState } from '../instance/state-file.js';
import type { Restart } from './back-off.js';
import { KeptProcess } from './kept-process.js';
import { environmentFile, launchService } from './launch.js';
import type { ServiceApp } from './service-apps.js';
import type { Traces } from './traces.js';

const GATEWAY_GRACE_MS = 1_300;
const SERVICES_GRACE_MS = 2_500;
const BROKER_GRACE_MS = 600;
const PROBE_LIMIT_MS = 1_000;

const listeningSchema = z.object({ type: z.literal('listening'), url: z.string() });
const readyzSchema = z.object({ ready: z.boolean(), checks: z.array(checkSchema).default([]) });

export interface SupervisorOptions {
  readonly instance: Instance;
  readonly log: LogFile;
  readonly apps: readonly ServiceApp[];
  readonly natsPort?: number;
  readonly gatewayPort?: number;
  /** Whether nats-server encrypts its files. */
  readonly encryption: boolean;
  /** Where traces go, when they do. */
  readonly traces?: () => Traces | undefined;
  readonly say: (line: string) => void;
}

/** How one service is, as its own /readyz tells it. */
export interface MemberHealth {
  readonly name: string;
  readonly ready: boolean;
  readonly url?: string;
  readonly checks: readonly Check[];
}

interface Member {
  readonly app: ServiceApp;
  readonly kept: KeptProcess;
  url?: string;
  crashLoop: boolean;
}

/** Runs the broker and every service on this machine: starts them, keeps them running, stops them in order. */
export class Supervisor {
  private readonly members: Member[] = [];
  private broker?: NatsBroker;
  private stopping = false;
  private stateFault?: string;

  constructor(
    private readonly options: SupervisorOptions,
    private readonly startedAt: string,
  ) {}

  /** Names of services that die again and again. */
  get crashing(): string[] {
    return this.members.filter(({ crashLoop }) => crashLoop).map(({ app }) => app.name);
  }

  async startBroker(server: NatsServer, signal: AbortSignal): Promise<string> {
    const { instance, natsPort, log } = this.options;
    const folder = instance.brokerFolder;
    const { encryption } = this.options;
    const keyFile = storageKeyFile({ home: instance.home, brokerFolder: folder, encryption });
    const settings = {
      folder,
      credentials: instance.credentials(),
      isEncrypted: keyFile !== undefined,
      operatorPipelines: await operatorPipelines(join(instance.root, 'deploy', 'pipelines')),
    };
    this.broker = new NatsBroker({
      folder,
      server,
      config: (port) => natsConfig({ ...settings, port }),
      keyFile,
      port: natsPort,
      onLine: (line) => log.append('nats-server', line),
      onDeath: (reason, restart) => this.reportDeath('nats-server', reason, restart),
    });
    await this.broker.start(signal);
    this.writeState();
    return this.broker.url;
  }

  startServices(natsUrl: string): void {
    const { instance, apps, gatewayPort, log } = this.options;
    const traces = this.options.traces?.();
    const common: Record<string, string> = {
      ...(gatewayPort === undefined ? {} : { LLMOS_PORT: String(gatewayPort) }),
      ...(traces ? { LLMOS_OTLP_URL: traces.otlpUrl } : {}),
      LLMOS_NATS_URL: natsUrl,
      LLMOS_NATS_USER: 'services',
      LLMOS_NATS_PASSWORD: instance.credentials().services,
      LLMOS_HOME: instance.home,
      LLMOS_ROOT: instance.root,
      LLMOS_EXIT_WITH_PARENT: '1',
      // Large blocks go back to the system when they are freed (glibc): a loaded model leaves half its size behind otherwise.
      MALLOC_MMAP_THRESHOLD_: '4194304',
      // Compiled code is kept between starts: on two cores five processes that compile at once take seconds longer.
      NODE_COMPILE_CACHE: join(instance.folder, 'compile-cache'),
    };
    writeFileSync(instance.environmentFile, environmentFile(common), { mode: 0o600 });
    for (const app of apps) {
      const member: Member = {
        app,
        crashLoop: false,
        kept: new KeptProcess({
          name: app.name,
          launch: () =>
            launchService({
              main: app.main,
              environmentFile: instance.environmentFile,
              cwd: instance.root,
              log: log.descriptor,
            }),
          onLine: (line) => log.append(app.name, line),
          onStart: () => this.writeState(),
          onMessage: (message) => this.heard(member, message),
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

  /** Asks every service how it is. */
  async health(): Promise<MemberHealth[]> {
    return Promise.all(this.members.map(({ app, url }) => probe(app.name, url)));
  }

  get gatewayUrl(): string | undefined {
    return this.members.find(({ app }) => app.role === 'gateway')?.url;
  }

  /** Within 5 seconds: first nobody comes in any more, then work in hand is finished, last the broker goes. */
  async stop(): Promise<void> {
    this.stopping = true;
    const ofRole = (role: ServiceApp['role']) => this.members.filter(({ app }) => app.role === role);
    await Promise.all(ofRole('gateway').map(({ kept }) => kept.stop(GATEWAY_GRACE_MS)));
    await Promise.all(ofRole('service').map(({ kept }) => kept.stop(SERVICES_GRACE_MS)));
    await this.broker?.stop(BROKER_GRACE_MS);
    rmSync(this.options.instance.environmentFile, { force: true });
  }

  private heard(member: Member, message: unknown): void {
    const parsed = listeningSchema.safeParse(message);
    if (!parsed.success) return;
    member.url = parsed.data.url;
    this.writeState();
  }

  private reportDeath(name: string, reason: string, { delayMs, crashLoop }: Restart): void {
    if (this.stopping) return;
    const { say, instance } = this.options;
    say(`  ${name} stopped (${reason}); starting it again in ${(delayMs / 1000).toFixed(1)} s`);
    if (crashLoop)
      say(
        `✗ ${name} has stopped 5 times within a minute. It is still being started, at longer intervals; see ${instance.logFile}`,
      );
    this.writeState();
  }

  private writeState(): void {
    if (this.stopping) return;
    const state: InstanceState = {
      pid: process.pid,
      startedAt: this.startedAt,
      url: this.gatewayUrl,
      natsUrl: this.broker?.url,
      natsPid: this.broker?.pid,
      tracesUrl: this.options.traces?.()?.viewUrl,
      services: this.members.map(({ app, kept, url }) => ({ name: app.name, pid: kept.pid, url })),
    };
    try {
      this.options.instance.state.write(state);
      this.stateFault = undefined;
    } catch (error) {
      this.reportStateFault((error as Error).message);
    }
  }

  /** The services run on without the file; only the other commands do not find them. Each fault is told once. */
  private reportStateFault(fault: string): void {
    if (this.stateFault !== fault) this.options.say(`  the state cannot be written (${fault}); running on`);
    this.stateFault = fault;
  }
}

/** What a process's /readyz says; not ready when it says nothing, or misses something it can work without. */
export async function probe(name: string, url: string | undefined): Promise<MemberHealth> {
  if (!url) return { name, ready: false, checks: [{ name: 'process', state: 'loading', message: 'starting' }] };
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    const { ready, checks } = readyzSchema.parse(await response.json());
    return { name, url, ready: ready && response.ok && checks.every(({ state }) => state === 'ready'), checks };
  } catch {
    return { name, url, ready: false, checks: [{ name: 'process', state: 'failed', message: 'does not answer' }] };
  }
}

/** Ends services that a killed supervisor has left and that have not stopped by themselves yet. */
export async function endLeftovers(state: InstanceState, apps: readonly ServiceApp[]): Promise<void> {
  const isOurs = (command: string) => apps.some(({ main }) => command.includes(main));
  await Promise.all(state.services.flatMap(({ pid }) => (pid === undefined ? [] : [endProcess(pid, isOurs, 3_000)])));
}
