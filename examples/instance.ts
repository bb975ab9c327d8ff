// The addresses of the instance that `npm start` runs. Your own programs would read them from their settings.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Status {
  url: string;
  logFile: string;
  services: { name: string; url: string }[];
}

const command = [join(import.meta.dirname, '..', 'llmos.mjs'), 'status', '--json'];
const status = JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as Status;

/** The gateway, such as http://127.0.0.1:8000. */
export const gateway = status.url;

/** How another system connects to the broker: as the user `default`, a caller of the tenant `default`. */
export function broker(): { servers: string; user: string; pass: string; inboxPrefix: string } {
  const file = join(dirname(status.logFile), 'credentials.json');
  const { tenants } = JSON.parse(readFileSync(file, 'utf8')) as { tenants: { default: string } };
  const servers = status.services.find(({ name }) => name === 'nats-server')!.url;
  return { servers, user: 'default', pass: tenants.default, inboxPrefix: '_INBOX_default' };
}
