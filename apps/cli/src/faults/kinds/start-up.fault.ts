import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.js';
import type { PrivateSystem } from '../private-system.js';

/** A service says that it is ready within about this time after its start. */
const START_MS = 2_500;
const SERVICES = ['conversation', 'intent', 'retrieval', 'security', 'recommender'];

/** A process dies, and its successor dies while it starts, at two random moments. */
export const killStarting: Fault = {
  name: 'kill a service while it starts',
  promise: 'Who waits is answered, or told when to ask again, within 3 s; all is whole 10 s after the last kill.',
  break: (system) => killTwiceMore(system, system.random.pick(SERVICES)),
};

export const killStartingBroker: Fault = {
  name: 'kill the broker while it starts',
  promise: 'Who waits is answered, or told when to ask again, within 3 s; all is whole 10 s after the last kill.',
  async break(system) {
    await system.kill('broker');
    await system.killStartingBroker();
  },
};

async function killTwiceMore(system: PrivateSystem, victim: string): Promise<void> {
  let before = await system.running(victim);
  await system.kill(victim);
  for (let again = 0; again < 2; again++) {
    const next = await system.running(victim, before);
    await pause(system.random.between(0, START_MS));
    await system.kill(victim);
    before = next;
  }
}
