import type { Fault, Question } from '../fault.js';
import type { Victim } from '../private-system.js';

const HOLD_MS = 5_000;

/** SIGSTOP of one process, and SIGCONT: it holds its connections, and does nothing. */
export function freeze(victim: Victim, question: Question): Fault {
  let thaw = (): void => undefined;
  const isGateway = victim === 'gateway';
  return {
    name: `freeze ${victim}`,
    promise: isGateway
      ? 'Who waits is answered within 3 s after it goes on: there is one gateway; all is whole within 10 s.'
      : 'Who waits is answered, or told when to ask again, within 3 s; all is whole 10 s after it goes on.',
    question,
    holdMs: HOLD_MS,
    ...(isGateway ? { answerWithinMs: HOLD_MS + 3_000 } : {}),
    async break(system) {
      thaw = await system.freeze(victim);
    },
    mend: () => thaw(),
  };
}
