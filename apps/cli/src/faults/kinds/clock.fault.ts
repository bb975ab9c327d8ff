import type { Fault } from '../fault.js';
import { OwnClock } from '../kits/own-clock.kit.js';

/** The time of day of one process jumps, and comes back. */
export function clockJump(process: string, hours: number): Fault {
  return {
    name: `clock of ${process} jumps ${hours > 0 ? 'ahead' : 'back'}`,
    promise:
      'Who waits is answered, or told when to ask again, within 3 s; all is whole 10 s after the clock is right.',
    needs: OwnClock,
    holdMs: 5_000,
    missing: () => OwnClock.missing(),
    break: (system) => system.with(OwnClock).set(process, hours * 3_600),
    mend: (system) => system.with(OwnClock).set(process, 0),
  };
}
