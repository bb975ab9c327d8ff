import type { Fault } from '../fault.js';
import type { Victim } from '../private-system.js';

/** Every process dies at the same moment, as when the machine loses power (its disk does what it has promised). */
export function killEverything(victims: readonly Victim[]): Fault {
  return {
    name: 'kill everything',
    promise: 'What was accepted is done; all is whole within 30 s.',
    mayBeUnreachable: true,
    wholeWithinMs: 30_000,
    async break(system) {
      await Promise.all(victims.map((victim) => system.kill(victim)));
    },
  };
}
