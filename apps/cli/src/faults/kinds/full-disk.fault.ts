import type { Fault } from '../fault.js';
import { SmallDisk } from '../kits/small-disk.kit.js';

/** The disk of the broker is full, and then has room again. */
export const fullDisk: Fault = {
  name: 'full disk',
  promise:
    'Nothing is accepted that is not kept; who waits is answered or told when to ask again within 3 s; it resumes.',
  needs: SmallDisk,
  holdMs: 5_000,
  missing: () => SmallDisk.missing(),
  break: (system) => system.with(SmallDisk).fill(),
  mend: (system) => system.with(SmallDisk).empty(),
};
