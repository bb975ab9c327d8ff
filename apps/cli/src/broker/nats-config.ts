import type { Credentials } from '../instance/instance.js';

export interface NatsSettings {
  /** Data, process id and ports file go here. */
  readonly folder: string;
  /** -1 lets the system choose. */
  readonly port: number;
  readonly credentials: Credentials;
}

/**
 * nats-server's configuration for one machine: loopback only, every acknowledged message synced to disk first, and
 * users that can do no more than their part. A tenant's user publishes its own events and reads its own results; its
 * replies come on `_INBOX_<tenant>`, so that nobody can listen to the services' inboxes.
 */
export function natsConfig({ folder, port, credentials }: NatsSettings): string {
  const text = JSON.stringify;
  const tenants = Object.entries(credentials.tenants).map(
    ([tenant, password]) => `    {
      user: ${text(tenant)}, password: ${text(password)}
      permissions {
        publish { allow: [${text(`llmos.in.${tenant}.>`)}] }
        subscribe { allow: [${text(`llmos.out.${tenant}.>`)}, ${text(`_INBOX_${tenant}.>`)}] }
      }
    }`,
  );
  return `host: 127.0.0.1
port: ${port}
server_name: llmos
max_payload: 2MB
pid_file: ${text(`${folder}/nats.pid`)}
ports_file_dir: ${text(folder)}
jetstream {
  store_dir: ${text(`${folder}/data`)}
  sync_interval: always
}
authorization {
  users: [
    { user: services, password: ${text(credentials.services)} }
${tenants.join('\n')}
  ]
}
`;
}

/** The client port that nats-server wrote into its ports file. */
export function portIn(portsFile: string): number | undefined {
  const port = /nats:\/\/[^"]*:(\d+)/.exec(portsFile)?.[1];
  return port === undefined ? undefined : Number(port);
}
