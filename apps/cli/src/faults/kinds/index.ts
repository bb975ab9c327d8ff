import type { Fault } from '../fault.js';
import { questionFor } from '../questions.js';
import { killWhileBinding } from './binding.fault.js';
import { calm } from './calm.fault.js';
import { clockJump, clockOff } from './clock.fault.js';
import { freeze } from './freeze.fault.js';
import { fullDisk } from './full-disk.fault.js';
import { killEverything } from './kill-all.fault.js';
import { killServiceAndBroker } from './kill-two.fault.js';
import { kill } from './kill.fault.js';
import { cutNetwork, resetNetwork, slowNetwork } from './network.fault.js';
import { poison } from './poison.fault.js';
import { killRestore } from './restore.fault.js';
import { slowReaders } from './slow-reader.fault.js';
import { stalledModel } from './stalled-model.fault.js';
import { killStarting, killStartingBroker } from './start-up.fault.js';

/** Processes whose network is tried: the ends of a run, and one in the middle. */
const NETWORKS = ['gateway', 'retrieval', 'generation'];

/** All faults, for the processes of this installation. A new one is added here. */
export function allFaults(processes: readonly string[], samplesDir: string): Fault[] {
  const victims = [...processes, 'broker', 'redis'];
  const ofEach = (make: typeof kill, names: readonly string[]) =>
    names.map((name) => make(name, questionFor(name, samplesDir)));
  return [
    calm,
    ...ofEach(kill, victims),
    killServiceAndBroker,
    killStarting,
    killStartingBroker,
    killWhileBinding,
    killRestore(),
    killEverything(victims),
    ...ofEach(freeze, victims),
    ...ofEach(cutNetwork, NETWORKS),
    ...ofEach(slowNetwork, NETWORKS),
    ...ofEach(resetNetwork, NETWORKS),
    stalledModel,
    fullDisk,
    poison(),
    slowReaders(),
    clockJump(processes, 1),
    clockJump(processes, -1),
    clockOff('gateway', 5),
    clockOff('intent', 5),
    clockOff('security', 3_600),
  ];
}
