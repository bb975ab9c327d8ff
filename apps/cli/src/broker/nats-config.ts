import type { Credentials } from '../instance/instance.js';

export interface NatsSettings {
  /** Data, process id and ports file go here. */
  readonly folder: string;
  /** -1 lets the system choose. */
  readonly port: number;
  readonly credentials: Credentials;
  /** Whether its files are encrypted; the key comes with the environment. */
  readonly isEncrypted: boolean;
  /** Whose results only operators read. */
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
/** The variable that names the key in the configuration. */
export const BROKER_KEY = 'LLMOS_BROKER_KEY';

/**
 * nats-server's configuration for one machine: loopback only, every acknowledged message synced to disk first, files
 * encrypted, and users that can do no more than their part. A tenant's users publish its events and read its results: the one named
 * like it as a caller, `<tenant>-operator` as an operator too. Each has its replies on `_INBOX_<user>`, so that nobody
 * can listen to the services' inboxes.
 */
export function natsConfig({ folder, port, credentials, isEncrypted, operatorPipelines }: NatsSettings): string {
  const tenants = Object.entries(credentials.tenants).map(([tenant, password]) =>
    tenantUser({
      user: tenant,
      password,
      publish: [`llmos.in.${tenant}.>`],
      read: [`llmos.out.${tenant}.>`],
      notRead: operatorPipelines.map((pipeline) => `llmos.out.${tenant}.${pipeline}`),
    }),
  );
  const operators = Object.entries(credentials.operators).map(([tenant, password]) =>
    tenantUser({
      user: `${tenant}-operator`,
      password,
      publish: [`llmos.in.${tenant}.>`, `llmos.in.~operator.${tenant}.>`],
      read: [`llmos.out.${tenant}.>`],
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
  /** Whether each message is on disk before it is acknowledged. */
  readonly syncsAlways: boolean;
}

/** Everything but who may connect. The file lies beside the data, so the key of its files is not in it. */
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

/** The client port that nats-server wrote into its ports file. */
export function portIn(portsFile: string): number | undefined {
  const port = /nats:\/\/[^"]*:(\d+)/.exec(portsFile)?.[1];
  return port === undefined ? undefined : Number(port);
}
