import type { Fault } from '../fault.js';
import type { PrivateSystem } from '../private-system.js';

/** Over shorter times caches that fill look like a leak. */
const JUDGED_AFTER_MS = 3_600_000;
const MOST_MB_PER_HOUR = 1;
const MOST_FILES = 5;

/** Nothing breaks: what the load alone does. With --minutes it is the soak. */
export const calm: Fault = {
  name: 'calm',
  promise: 'Nobody waits; over an hour and more, no process grows by over 1 MB an hour, or by open files.',
  holdMs: 20_000,
  break: () => undefined,
  mend: () => undefined,
  check: (system) => Promise.resolve(grown(system)),
};

function grown({ growth }: PrivateSystem): string | undefined {
  const judged = growth.growths().filter(({ overMs }) => overMs >= JUDGED_AFTER_MS);
  const found = judged.flatMap(({ process, memoryMbPerHour, openFilesMore }) => [
    ...(memoryMbPerHour > MOST_MB_PER_HOUR ? [`${process} grows by over ${MOST_MB_PER_HOUR} MB an hour`] : []),
    ...(openFilesMore > MOST_FILES ? [`${process} has over ${MOST_FILES} more open files`] : []),
  ]);
  return found.length > 0 ? found.join(', ') : undefined;
}
