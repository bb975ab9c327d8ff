import {
  findServiceApps,
  Instance,
  LocalSupervisor,
  LogFile,
  waitUntilReady,
  type LocalSupervisorOptions,
  type ReplicaState,
} from '@llmos/supervisor';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsServerPath, waitFor } from '@llmos/testing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAs, shareModels, type BusUser } from './instance.ts';

const MINUTE_MS = 60_000;
const READY_WITHIN_MS = 5 * MINUTE_MS;

type OwnSettings = Pick<LocalSupervisorOptions, 'replicas' | 'frozenAfterMs' | 'takeBackup'>;

export interface SystemOptions extends OwnSettings {
  /** The services that run beside the gateway. */
  readonly services: readonly string[];
  /** The input of a run. The system is ready when the gateway answers it with 200. */
  readonly probe: object;
  /** The key of the caller that sends the probe and what {@link SupervisedSystem.send} sends; absent where none is needed. */
  readonly apiKey?: string;
  /** The services that the scheduler scales, by their rules in a scaling file. */
  readonly rules?: Readonly<Record<string, object>>;
  /** Settings of the processes of a service. */
  readonly environments?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The default is `deploy/pipelines`. */
  readonly pipelinesDir?: string;
}

export interface Sent {
  /** `200`, the status and the error's code, or why there was no reply. */
  readonly outcome: string;
  readonly result?: string;
  readonly details?: unknown;
}

/** The broker, the gateway and some services, as `llmos up` runs them, in this process and with a home of their own. */
export class SupervisedSystem {
  readonly instance: Instance;
  readonly log: LogFile;
  readonly supervisor: LocalSupervisor;
  private readonly home = mkdtempSync(join(tmpdir(), 'llmos-supervised-'));
  private readonly headers: Record<string, string>;

  private constructor({
    services,
    rules,
    environments = {},
    pipelinesDir,
    apiKey,
    ...own
  }: Omit<SystemOptions, 'probe'>) {
    this.headers = {
      'content-type': 'application/json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    const root = process.cwd();
    shareModels(this.home);
    const scalingFile = join(this.home, 'scaling.yaml');
    if (rules) writeFileSync(scalingFile, JSON.stringify({ services: rules }));
    this.instance = new Instance(this.home, root);
    this.log = new LogFile(this.instance.logFile);
    const names = ['gateway', ...services];
    this.supervisor = new LocalSupervisor({
      instance: this.instance,
      log: this.log,
      apps: findServiceApps(root).filter(({ name }) => names.includes(name)),
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: 'nats-server',
      },
      paths: {
        pipelinesDir: pipelinesDir ?? join(root, 'deploy/pipelines'),
        catalogPath: join(root, 'deploy/models.yaml'),
        samplesDir: join(root, 'deploy/samples'),
      },
      gatewayPort: 0,
      searchPath: process.env['PATH'] ?? '',
      encryption: true,
      environmentOf: (name): Record<string, string> => ({
        ...(rules && { LLMOS_SCALING_FILE: scalingFile }),
        ...environments[name.replace(/-\d+$/, '')],
      }),
      startedAt: new Date().toISOString(),
      report: () => undefined,
      ...own,
    });
  }

  /** Starts everything and waits until the probe is answered. */
  static async start({ probe, ...options }: SystemOptions): Promise<SupervisedSystem> {
    const system = new SupervisedSystem(options);
    try {
      await system.ready(probe);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** Where callers reach the gateway. */
  get url(): string {
    return this.supervisor.gatewayUrl!;
  }

  readLog(): string {
    return readFileSync(this.log.path, 'utf8');
  }

  connectAs(user: BusUser): Promise<NatsConnection> {
    return connectAs(user, this.instance.folder, this.supervisor.brokerUrl!);
  }

  /** Runs a pipeline and waits for its reply. */
  async send(body: object): Promise<Sent> {
    try {
      const response = await fetch(`${this.url}/serving/process`, {
        method: 'POST',
        headers: this.headers,
        body: JSON.stringify(body),
      });
      const { error, ...reply } = (await response.json()) as Omit<Sent, 'outcome'> & { error?: { code: string } };
      return { ...reply, outcome: error ? `${response.status} ${error.code}` : String(response.status) };
    } catch (error) {
      return { outcome: String((error as Error).cause ?? error) };
    }
  }

  /** The processes of a service that neither start nor leave. */
  replicasOf(service: string): ReplicaState[] {
    const { services } = this.instance.state.read() ?? { services: [] };
    return services.filter((each) => each.service === service && each.phase === undefined);
  }

  /** Waits until a service has so many processes, and all of them listen. */
  async settled(service: string, count: number): Promise<void> {
    const isSettled = () => {
      const replicas = this.replicasOf(service);
      return replicas.length === count && replicas.every(({ pid, url }) => pid && url);
    };
    await waitFor(`${count} of ${service}`, isSettled, 2 * MINUTE_MS);
  }

  /** Stops everything and removes the home. @throws Error if a service needed more than its permissions at the broker. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
    this.log.close();
    const denied = this.readLog().match(/user:service-.*Violation.*/g) ?? [];
    rmSync(this.home, { recursive: true });
    if (denied.length > 0) throw new Error(`the broker denied services ${denied.length} times: ${denied[0]}`);
  }

  private async ready(probe: object): Promise<void> {
    const signal = AbortSignal.timeout(READY_WITHIN_MS);
    await this.supervisor.start(signal);
    // The gateways are asked below.
    const status = async () => (await this.supervisor.status()).filter(({ name }) => !/^gateway(-\d+)?$/.test(name));
    const members = { crashing: [], status };
    await waitUntilReady(members, {
      signal,
      report: () => undefined,
      failOnCrashLoop: false,
      logFile: this.log.path,
    });
    await waitFor('the first answer', async () => (await this.send(probe)).outcome === '200', MINUTE_MS);
  }
}
