import type { Fault } from '../fault.js';
import { OwnClock } from '../kits/own-clock.kit.js';

/** The time of day of all processes jumps and comes back, as when a machine's clock is set. */
export function clockJump(processes: readonly string[], hours: number): Fault {
  return {
    name: `the clock jumps ${hours > 0 ? 'ahead' : 'back'}`,
    promise:
      'Who waits is answered, or told when to ask again, within 3 s; all is whole 10 s after the clock is right.',
    needs: OwnClock,
    holdMs: 5_000,
    missing: () => OwnClock.missing(),
    break(system) {
      for (const process of processes) system.with(OwnClock).set(process, hours * 3_600);
    },
    mend(system) {
      for (const process of processes) system.with(OwnClock).set(process, 0);
    },
  };
}

/** The time of day of one process is wrong by a little: clocks of several machines never agree. */
export function clockOff(process: string, seconds: number): Fault {
  return {
    name: `the clock of ${process} is ${Math.abs(seconds)} s ${seconds > 0 ? 'fast' : 'slow'}`,
    promise: 'Nobody notices.',
    needs: OwnClock,
    holdMs: 3_000,
    missing: () => OwnClock.missing(),
    break: (system) => system.with(OwnClock).set(process, seconds),
    mend: (system) => system.with(OwnClock).set(process, 0),
  };
}
