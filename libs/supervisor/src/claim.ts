import { setTimeout as pause } from 'node:timers/promises';
import { isSupervisor, type Instance } from './instance/instance.js';
import type { InstanceState } from './instance/state-file.js';
import { commandOf } from './processes/process-identity.js';
import { findServiceApps } from './service-apps.js';
import { endLeftovers } from './stop-instance.js';

/** A state file that cannot be read may be half written by another process, up to this age. */
const HALF_WRITTEN_MS = 2_000;

/** The claim of this process on an instance, or the state of the supervisor that has it. */
export type Claim = { readonly own: InstanceState } | { readonly other: InstanceState };

/** Takes the instance for this process, and ends what a killed supervisor has left. */
export async function claim(instance: Instance): Promise<Claim> {
  const own: InstanceState = { pid: process.pid, startedAt: new Date().toISOString(), brokers: [], services: [] };
  while (!instance.state.create(own)) {
    const found = instance.state.find();
    if (!found) continue;
    const other = found.state;
    if (!other && found.ageMs < HALF_WRITTEN_MS) {
      await pause(100);
      continue;
    }
    if (other && other.pid !== process.pid && isSupervisor(commandOf(other.pid))) return { other };
    if (other) await endLeftovers(other, findServiceApps(instance.root));
    instance.state.discard(found);
  }
  return { own };
}
