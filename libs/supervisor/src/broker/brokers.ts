import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../processes/free-ports.js';
import type { ServerListener } from '../processes/kept-server.js';
import type { ServerProgram } from '../processes/server-program.js';
import { SupervisorError } from '../supervisor-error.js';
import { NatsBroker } from './nats-broker.js';
import type { ClusterSettings } from './nats-config.js';

/** One broker, or a cluster that survives the death of one of three. */
export type BrokerCount = 1 | 3;

export interface BrokersOptions extends Omit<ServerListener, 'onDeath'> {
  /** The folder of the brokers in the instance. */
  readonly folder: string;
  readonly count: BrokerCount;
  readonly server: ServerProgram;
  /** The configuration of one broker; with port -1 the system chooses the port. */
  readonly config: (server: { folder: string; port: number; cluster: ClusterSettings | undefined }) => string;
  readonly keyFile: string | undefined;
  /** The port of the only broker, or of the first; chosen by the system when it is undefined. */
  readonly port?: number | undefined;
  readonly onDeath: (name: string, ...death: Parameters<ServerListener['onDeath']>) => void;
}

/** A broker for people and for the state file. */
export interface BrokerProcess {
  readonly name: string;
  /** Undefined while it does not listen. */
  readonly pid: number | undefined;
  readonly url: string;
}

/** The nats-servers of an instance: one, or three that hold a copy of each stream each. Each is kept running. */
export class Brokers {
  private constructor(private readonly all: readonly { readonly name: string; readonly broker: NatsBroker }[]) {}

  /** @throws SupervisorError if the data in the folder is that of another number of brokers. */
  static async at({ count, folder, server, config, keyFile, port, ...listener }: BrokersOptions): Promise<Brokers> {
    refuseOtherCount(folder, count);
    if (count === 1) {
      const name = 'nats-server';
      const onDeath: ServerListener['onDeath'] = (...death) => listener.onDeath(name, ...death);
      const own = (port: number) => config({ folder, port, cluster: undefined });
      return new Brokers([
        { name, broker: new NatsBroker({ ...listener, folder, server, config: own, keyFile, port, onDeath }) },
      ]);
    }
    if (server.isContainer)
      throw new SupervisorError(
        `${count} brokers cannot run in containers here (${server.found})`,
        'install nats-server and put it in the PATH, or run one broker',
      );
    const ports = await freePorts(count);
    const password = randomBytes(24).toString('base64url');
    const all = ports.map((clusterPort, at) => {
      const name = `nats-server-${at + 1}`;
      const cluster = { serverName: `llmos-${at + 1}`, port: clusterPort, ports, password };
      const own = folderOf(folder, at);
      return {
        name,
        broker: new NatsBroker({
          ...listener,
          folder: own,
          server,
          config: (port) => config({ folder: own, port, cluster }),
          keyFile,
          port: at === 0 ? port : undefined,
          onDeath: (...death) => listener.onDeath(name, ...death),
        }),
      };
    });
    return new Brokers(all);
  }

  /** The addresses of all brokers, separated by commas. */
  get url(): string {
    return this.all.map(({ broker }) => broker.url).join(',');
  }

  get processes(): BrokerProcess[] {
    return this.all.map(({ name, broker }) => ({ name, pid: broker.pid, url: broker.url }));
  }

  /** Starts all servers. Resolves when they accept connections: a cluster elects its leader after that. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.all.map(({ broker }) => broker.start(signal)));
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.all.map(({ broker }) => broker.stop(graceMs)));
  }
}

/** How many brokers the data in the folder belongs to; undefined if there is none. */
export function brokersOf(folder: string): BrokerCount | undefined {
  if (existsSync(join(folderOf(folder, 0), 'data'))) return 3;
  return existsSync(join(folder, 'data')) ? 1 : undefined;
}

function folderOf(folder: string, at: number): string {
  return join(folder, `broker-${at + 1}`);
}

/** nats-server does not take over the streams of a single server into a cluster, nor back. */
function refuseOtherCount(folder: string, count: BrokerCount): void {
  const stored = brokersOf(folder);
  if (stored === undefined || stored === count) return;
  throw new SupervisorError(
    `The data of this instance belongs to ${stored === 1 ? 'one broker' : 'three brokers'}`,
    `start it with --brokers ${stored}; to change the number: \`llmos backup\`, \`llmos down\`, remove ${folder}, ` +
      `then \`llmos restore --brokers ${count} <file>\``,
  );
}
