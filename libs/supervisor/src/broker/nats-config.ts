import { inboxPrefixOf, permissionsOf, type Permissions } from '@llmos/bus/permissions';
import { subjects, type Capability } from '@llmos/contracts';
import type { Credentials } from '../instance/instance.js';

export interface NatsSettings {
  /** Holds the data, the process id and the ports file. */
  readonly folder: string;
  /** -1 lets the system choose. */
  readonly port: number;
  readonly credentials: Omit<Credentials, 'redis'>;
  /** Whether the files are encrypted, with the key in the environment variable {@link BROKER_KEY}. */
  readonly isEncrypted: boolean;
  /** The pipelines whose results only operators read. */
  readonly operatorPipelines: readonly string[];
  /** All capabilities. */
  readonly capabilities: readonly Pick<Capability, 'name' | 'reads'>[];
  readonly cluster?: ClusterSettings | undefined;
}

/** The place of a server in a cluster on this machine. */
export interface ClusterSettings {
  /** Unique in the cluster, and the same after a restart. */
  readonly serverName: string;
  /** Where it listens for the other servers. */
  readonly port: number;
  /** Where all servers listen for each other. */
  readonly ports: readonly number[];
  /** The servers prove to each other that they belong together. */
  readonly password: string;
}

/** A user with limited permissions. */
interface BrokerUser extends Permissions {
  readonly user: string;
  readonly password: string;
  /** Exceptions from `subscribe`. */
  readonly notSubscribe?: readonly string[];
}

const quote = JSON.stringify;
/** The environment variable from which the configuration takes the key. */
export const BROKER_KEY = 'LLMOS_BROKER_KEY';
/** The user without limits: the operator's commands, and services that are started by hand. */
export const UNLIMITED_USER = 'services';

/** The broker's user of a process. */
export function userOf(process: string): string {
  return `service-${process}`;
}

/**
 * The configuration of nats-server for one machine: it listens on loopback only, syncs every message before it
 * acknowledges it, encrypts its files, and gives each user the least privilege. Each process has a user of its own. A
 * tenant has two users that publish its events and read its results: `<tenant>` as a caller, `<tenant>-operator` as an
 * operator too. Replies go to `_INBOX_<user>`, so that no user can listen to the inboxes of another.
 */
export function natsConfig({ folder, port, isEncrypted, cluster, ...settings }: NatsSettings): string {
  const { services } = settings.credentials;
  const users = [...processUsers(settings), ...tenantUsers(settings)];
  return `${serverLines({ folder, port, isEncrypted, cluster, syncsAlways: true })}authorization {
  users: [
    { user: ${UNLIMITED_USER}, password: ${quote(services)} }
${users.map(userLines).join('\n')}
  ]
}
`;
}

function processUsers({ credentials, capabilities }: Pick<NatsSettings, 'credentials' | 'capabilities'>): BrokerUser[] {
  return Object.entries(credentials.processes).map(([process, password]) => {
    const user = userOf(process);
    return { user, password, ...permissionsOf(process, user, capabilities) };
  });
}

function tenantUsers({
  credentials,
  operatorPipelines,
}: Pick<NatsSettings, 'credentials' | 'operatorPipelines'>): BrokerUser[] {
  const read = (tenant: string, user: string) => [subjects.resultsBelow(tenant), `${inboxPrefixOf(user)}.>`];
  const callers = Object.entries(credentials.tenants).map(([tenant, password]) => ({
    user: tenant,
    password,
    publish: [subjects.intakeOf(tenant)],
    subscribe: read(tenant, tenant),
    notSubscribe: operatorPipelines.map((pipeline) => subjects.result(tenant, pipeline)),
  }));
  const operators = Object.entries(credentials.operators).map(([tenant, password]) => ({
    user: `${tenant}-operator`,
    password,
    publish: [subjects.intakeOf(tenant), subjects.operatorIntakeOf(tenant)],
    subscribe: read(tenant, `${tenant}-operator`),
  }));
  return [...callers, ...operators];
}

export interface ServerSettings extends Pick<NatsSettings, 'folder' | 'port' | 'isEncrypted' | 'cluster'> {
  /** Whether each message is synced to disk before it is acknowledged. */
  readonly syncsAlways: boolean;
}

/** The configuration without the users. The file lies beside the data and does not contain the encryption key. */
export function serverLines({ folder, port, isEncrypted, syncsAlways, cluster }: ServerSettings): string {
  return `host: 127.0.0.1
port: ${port}
server_name: ${cluster?.serverName ?? 'llmos'}
max_payload: 2MB
pid_file: ${quote(`${folder}/nats.pid`)}
ports_file_dir: ${quote(folder)}
jetstream {
  store_dir: ${quote(`${folder}/data`)}
${syncsAlways ? '  sync_interval: always\n' : ''}${isEncrypted ? `  cipher: aes\n  key: $${BROKER_KEY}\n` : ''}}
${cluster ? clusterLines(cluster) : ''}`;
}

function clusterLines({ port, ports, password }: ClusterSettings): string {
  const routes = ports.map((other) => `nats://broker:${password}@127.0.0.1:${other}`);
  return `cluster {
  name: llmos
  listen: "127.0.0.1:${port}"
  authorization { user: broker, password: ${quote(password)} }
  routes: ${quote(routes)}
  no_advertise: true
}
`;
}

function userLines({ user, password, publish, subscribe, notSubscribe = [] }: BrokerUser): string {
  return `    {
      user: ${quote(user)}, password: ${quote(password)}
      permissions {
        publish { allow: ${quote(publish)} }
        subscribe { allow: ${quote(subscribe)}, deny: ${quote(notSubscribe)} }
      }
    }`;
}

/** The client port in the ports file of nats-server. */
export function portIn(portsFile: string): number | undefined {
  const port = /nats:\/\/[^"]*:(\d+)/.exec(portsFile)?.[1];
  return port === undefined ? undefined : Number(port);
}
