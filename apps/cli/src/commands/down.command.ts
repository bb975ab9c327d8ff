import { rmSync } from 'node:fs';
import { commandOf, endProcess, goneWithin, signal } from '../instance/process-identity.js';
import { isSupervisor } from '../instance/instance.js';
import { endLeftovers } from '../supervisor/supervisor.js';
import { findServiceApps } from '../supervisor/service-apps.js';
import type { CommandContext } from './context.js';

const LIMIT_MS = 8_000;
/** What a restore has brought back has to get to the disk. */
const RESTORE_LIMIT_MS = 70_000;

/** Stops what `up` has started here, whatever state it is in. Succeeds when nothing runs. */
export async function down({ instance, terminal, config }: CommandContext): Promise<number> {
  const state = instance.state.read();
  if (!state) {
    terminal.line('LLM OS is not running.');
    return 0;
  }
  const lives = () => isSupervisor(commandOf(state.pid));
  if (lives()) {
    const isRestore = / restore(?: |$)/.test(commandOf(state.pid));
    signal(state.pid, 'SIGTERM');
    if (!(await goneWithin(lives, isRestore ? RESTORE_LIMIT_MS : LIMIT_MS))) signal(state.pid, 'SIGKILL');
  }
  // All of this has gone when the supervisor could do it itself.
  await endLeftovers(state, findServiceApps(config.root));
  if (state.natsPid) await endProcess(state.natsPid, (command) => command.includes(instance.brokerFolder), 2_000);
  instance.state.remove();
  rmSync(instance.environmentFile, { force: true });
  terminal.line('LLM OS has stopped.');
  return 0;
}
