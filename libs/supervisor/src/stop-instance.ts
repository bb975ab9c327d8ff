import { isSupervisor, type Instance } from './instance/instance.js';
import type { InstanceState } from './instance/state-file.js';
import { commandOf, endProcess, goneWithin, signal } from './processes/process-identity.js';
import { findServiceApps, type ServiceApp } from './service-apps.js';

const LIMIT_MS = 8_000;
/** A restore writes the restored data to disk before it ends. */
const RESTORE_LIMIT_MS = 70_000;
const SERVICE_GRACE_MS = 3_000;
const BROKER_GRACE_MS = 2_000;

/**
 * Stops what `llmos up` or `llmos restore` started on this machine, in whatever state it is.
 *
 * @returns false when nothing was running.
 */
export async function stopInstance(instance: Instance): Promise<boolean> {
  const state = instance.state.read();
  if (!state) return false;
  const lives = () => isSupervisor(commandOf(state.pid));
  if (lives()) {
    const isRestore = / restore(?: |$)/.test(commandOf(state.pid));
    signal(state.pid, 'SIGTERM');
    if (!(await goneWithin(lives, isRestore ? RESTORE_LIMIT_MS : LIMIT_MS))) signal(state.pid, 'SIGKILL');
  }
  // After an orderly stop, none of these processes is left.
  await endLeftovers(state, findServiceApps(instance.root));
  const isBroker = (command: string) => command.includes(instance.brokerFolder);
  await Promise.all(
    state.brokers.flatMap(({ pid }) => (pid === undefined ? [] : [endProcess(pid, isBroker, BROKER_GRACE_MS)])),
  );
  if (state.redisPid)
    await endProcess(state.redisPid, (command) => command.includes(instance.redisFolder), BROKER_GRACE_MS);
  instance.state.remove();
  instance.removeEnvironments();
  return true;
}

/** Ends the services that a killed supervisor has left and that have not stopped on their own yet. */
export async function endLeftovers(state: InstanceState, apps: readonly ServiceApp[]): Promise<void> {
  const isService = (command: string) => apps.some(({ main }) => command.includes(main));
  await Promise.all(
    state.services.flatMap(({ pid }) => (pid === undefined ? [] : [endProcess(pid, isService, SERVICE_GRACE_MS)])),
  );
}
