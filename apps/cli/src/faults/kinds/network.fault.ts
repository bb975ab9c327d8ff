import type { Fault, Question } from '../fault.js';
import { Proxies } from '../kits/proxies.kit.js';

const PROMISE = 'Who waits is answered, or told when to ask again, within 3 s;';

/** A cable is pulled between a process and the broker, and plugged in again: connections stay open and nothing arrives. */
export function cutNetwork(process: string, question: Question): Fault {
  return {
    name: `cut network of ${process}`,
    promise: `${PROMISE} all is whole 10 s after the network is back.`,
    needs: Proxies,
    question,
    holdMs: 6_000,
    break: (system) => system.with(Proxies).of(process).cut(),
    mend: (system) => system.with(Proxies).of(process).mend(),
  };
}

/** Everything takes 50 ms longer in each direction. */
export function slowNetwork(process: string, question: Question): Fault {
  return {
    name: `slow network of ${process}`,
    promise: `${PROMISE} all is whole 10 s after the network is fast again.`,
    needs: Proxies,
    question,
    holdMs: 4_000,
    break: (system) => system.with(Proxies).of(process).slow(50),
    mend: (system) => system.with(Proxies).of(process).mend(),
  };
}

/** The connection is broken and can be made again at once. */
export function resetNetwork(process: string, question: Question): Fault {
  return {
    name: `reset network of ${process}`,
    promise: `${PROMISE} all is whole within 10 s.`,
    needs: Proxies,
    question,
    break: (system) => system.with(Proxies).of(process).reset(),
  };
}
