import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisorError } from '../supervisor-error.js';
import type { Instance } from './instance.js';

type Folder = Pick<Instance, 'brokerFolder'>;

const markerOf = ({ brokerFolder }: Folder) => join(brokerFolder, 'restoring');

/** Marks a restore as begun. The mark survives a crash. */
export function markUnfinished(instance: Folder): void {
  mkdirSync(instance.brokerFolder, { recursive: true, mode: 0o700 });
  writeFileSync(markerOf(instance), '', { flush: true });
}

/** Removes the mark, when all restored data is on disk. */
export function markFinished(instance: Folder): void {
  rmSync(markerOf(instance), { force: true });
}

/**
 * Checks that no restore was left unfinished. The keys are restored last: services that start without them would make
 * new keys with the same numbers.
 *
 * @throws SupervisorError when a restore was begun and not finished.
 */
export function refuseUnfinished(instance: Folder): void {
  if (existsSync(markerOf(instance)))
    throw new SupervisorError(
      'A restore was begun here and not finished: the data is incomplete',
      'run `npx llmos restore <file> --replace` again, or name another LLMOS_HOME',
    );
}
