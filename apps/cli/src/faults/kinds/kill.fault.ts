import type { Fault, Question } from '../fault.js';
import type { Victim } from '../private-system.js';

/** `kill -9` of one process. */
export function kill(victim: Victim, question: Question): Fault {
  return {
    name: `kill ${victim}`,
    promise:
      victim === 'gateway'
        ? 'It is back within 10 s; what it had accepted is done.'
        : 'Who waits is answered, or told when to ask again, within 3 s; all is whole within 10 s.',
    question,
    mayBeUnreachable: victim === 'gateway',
    break: (system) => system.kill(victim),
  };
}
