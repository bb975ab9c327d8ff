import { readYaml, YamlFileError } from '@llmos/pipeline';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ServiceApp } from '../service-apps.js';
import { SupervisorError } from '../supervisor-error.js';

/** How many processes of each service are wanted, by its name. */
export type ReplicaCounts = Readonly<Record<string, number>>;

const fileSchema = z.record(z.string(), z.int());
const MOST = 64;
const EXAMPLE = 'such as generation=2,intent=2';

/** `generation=2,intent=2` → counts. @throws SupervisorError naming the part that cannot be read. */
export function parseReplicaCounts(text: string): ReplicaCounts {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const counts = parts.map((part): [string, number] => {
    const [, name, count] = /^\s*([a-z][a-z0-9-]*)\s*=\s*(\d{1,3})\s*$/.exec(part) ?? [];
    if (name === undefined) throw new SupervisorError(`'${part}' is not <service>=<number>`, `write it ${EXAMPLE}`);
    return [name, Number(count)];
  });
  const twice = counts.find(([name], at) => counts.findIndex(([other]) => other === name) !== at);
  if (twice) throw new SupervisorError(`'${twice[0]}' is named twice`, 'name each service once');
  return Object.fromEntries(counts);
}

/**
 * Reads a file with lines `<service>: <number>`. Without the file there are no counts.
 *
 * @throws SupervisorError if it is something else.
 */
export function readReplicaFile(path: string): ReplicaCounts {
  if (!existsSync(path)) return {};
  try {
    return readYaml(readFileSync(path, 'utf8'), path, fileSchema);
  } catch (cause) {
    if (!(cause instanceof YamlFileError)) throw cause;
    throw new SupervisorError(cause.message, 'write lines such as `generation: 2`', { cause });
  }
}

/**
 * Checks counts against the services of this checkout.
 *
 * @throws SupervisorError for a service that is not there, a number that is too large or too small, and more than one
 *   process of a service whose state on disk belongs to one process.
 */
export function checkReplicaCounts(counts: ReplicaCounts, apps: readonly ServiceApp[]): void {
  for (const [name, count] of Object.entries(counts)) {
    const app = apps.find((each) => each.name === name);
    if (!app)
      throw new SupervisorError(
        `There is no service '${name}'`,
        `the services are: ${apps.map((each) => each.name).join(', ')}`,
      );
    if (!Number.isInteger(count) || count < 0 || count > MOST)
      throw new SupervisorError(`${name}=${count} is not possible`, `use a number from 0 to ${MOST}`);
    if (count === 0 && app.role === 'gateway')
      throw new SupervisorError(`${name}=0 is not possible: nobody would receive calls`, 'use 1 or more');
    if (count > 1 && app.exclusive !== undefined)
      throw new SupervisorError(
        `${name} cannot run as ${count} processes: ${app.exclusive}`,
        `leave ${name} at 1; to share its work, its state must move to the broker or to a server (docs/operations.md)`,
      );
  }
}
