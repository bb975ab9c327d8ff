import { subjects } from '@llmos/contracts';
import type { Credentials } from '../instance/instance.js';

export interface NatsSettings {
  /** Holds the data, the process id and the ports file. */
  readonly folder: string;
  /** -1 lets the system choose. */
  readonly port: number;
  readonly credentials: Credentials;
  /** Whether the files are encrypted, with the key in the environment variable {@link BROKER_KEY}. */
  readonly isEncrypted: boolean;
  /** The pipelines whose results only operators read. */
  readonly operatorPipelines: readonly string[];
}

interface TenantUser {
  readonly user: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly read: readonly string[];
  readonly notRead: readonly string[];
}

const quote = JSON.stringify;
/** The environment variable from which the configuration takes the key. */
export const BROKER_KEY = 'LLMOS_BROKER_KEY';

/**
 * The configuration of nats-server for one machine: it listens on loopback only, syncs every message before it
 * acknowledges it, encrypts its files, and gives each user the least privilege. A tenant has two users that publish its
 * events and read its results: `<tenant>` as a caller, `<tenant>-operator` as an operator too. Replies go to
 * `_INBOX_<user>`, so that a user cannot listen to the inboxes of the services.
 */
export function natsConfig({ folder, port, credentials, isEncrypted, operatorPipelines }: NatsSettings): string {
  const tenants = Object.entries(credentials.tenants).map(([tenant, password]) =>
    tenantUser({
      user: tenant,
      password,
      publish: [subjects.intakeOf(tenant)],
      read: [subjects.resultsBelow(tenant)],
      notRead: operatorPipelines.map((pipeline) => subjects.result(tenant, pipeline)),
    }),
  );
  const operators = Object.entries(credentials.operators).map(([tenant, password]) =>
    tenantUser({
      user: `${tenant}-operator`,
      password,
      publish: [subjects.intakeOf(tenant), subjects.operatorIntakeOf(tenant)],
      read: [subjects.resultsBelow(tenant)],
      notRead: [],
    }),
  );
  return `${serverLines({ folder, port, isEncrypted, syncsAlways: true })}authorization {
  users: [
    { user: services, password: ${quote(credentials.services)} }
${[...tenants, ...operators].join('\n')}
  ]
}
`;
}

export interface ServerSettings extends Pick<NatsSettings, 'folder' | 'port' | 'isEncrypted'> {
  /** Whether each message is synced to disk before it is acknowledged. */
  readonly syncsAlways: boolean;
}

/** The configuration without the users. The file lies beside the data and does not contain the encryption key. */
export function serverLines({ folder, port, isEncrypted, syncsAlways }: ServerSettings): string {
  return `host: 127.0.0.1
port: ${port}
server_name: llmos
max_payload: 2MB
pid_file: ${quote(`${folder}/nats.pid`)}
ports_file_dir: ${quote(folder)}
jetstream {
  store_dir: ${quote(`${folder}/data`)}
${syncsAlways ? '  sync_interval: always\n' : ''}${isEncrypted ? `  cipher: aes\n  key: $${BROKER_KEY}\n` : ''}}
`;
}

function tenantUser({ user, password, publish, read, notRead }: TenantUser): string {
  return `    {
      user: ${quote(user)}, password: ${quote(password)}
      permissions {
        publish { allow: ${quote(publish)} }
        subscribe { allow: ${quote([...read, `_INBOX_${user}.>`])}, deny: ${quote(notRead)} }
      }
    }`;
}

/** The client port in the ports file of nats-server. */
export function portIn(portsFile: string): number | undefined {
  const port = /nats:\/\/[^"]*:(\d+)/.exec(portsFile)?.[1];
  return port === undefined ? undefined : Number(port);
}
