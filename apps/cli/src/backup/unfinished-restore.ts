import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { Instance } from '@llmos/supervisor';

/** The keys come last: services that start with half of a restore would make new ones of the same numbers. */
const markOf = ({ brokerFolder }: Pick<Instance, 'brokerFolder'>) => join(brokerFolder, 'restoring');

/** From now on, and past any crash, {@link refuseUnfinished} refuses. */
export function markUnfinished(instance: Pick<Instance, 'brokerFolder'>): void {
  mkdirSync(instance.brokerFolder, { recursive: true, mode: 0o700 });
  writeFileSync(markOf(instance), '', { flush: true });
}

/** All that was restored is on disk. */
export function markFinished(instance: Pick<Instance, 'brokerFolder'>): void {
  rmSync(markOf(instance), { force: true });
}

/** @throws CliError when a restore was begun and not finished. */
export function refuseUnfinished(instance: Pick<Instance, 'brokerFolder'>): void {
  if (existsSync(markOf(instance)))
    throw new CliError(
      'A restore was begun here and not finished: half of the data is there',
      'run `npx llmos restore <file> --replace` again, or name another LLMOS_HOME',
    );
}
