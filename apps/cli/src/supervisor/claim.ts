import { setTimeout as pause } from 'node:timers/promises';
import type { CommandContext } from '../commands/context.js';
import { isSupervisor } from '../instance/instance.js';
import { commandOf } from '../instance/process-identity.js';
import type { InstanceState } from '../instance/state-file.js';
import { endLeftovers } from './supervisor.js';
import { findServiceApps } from './service-apps.js';

/** A claim that cannot be read is another process's until it is this old. */
const HALF_WRITTEN_MS = 2_000;

/** Takes the instance for this process; undefined, and one line, when another supervisor has it. */
export async function claim({ instance, terminal, config }: CommandContext): Promise<InstanceState | undefined> {
  const mine: InstanceState = { pid: process.pid, startedAt: new Date().toISOString(), services: [] };
  while (!instance.state.create(mine)) {
    const found = instance.state.find();
    if (!found) continue;
    const other = found.state;
    if (!other && found.ageMs < HALF_WRITTEN_MS) {
      await pause(100);
      continue;
    }
    if (other && other.pid !== process.pid && isSupervisor(commandOf(other.pid))) {
      terminal.line(
        other.url
          ? `LLM OS is running already: ${other.url} (\`npx llmos down\` stops it)`
          : `LLM OS is starting already (process ${other.pid})`,
      );
      return undefined;
    }
    if (other) await endLeftovers(other, findServiceApps(config.root));
    instance.state.discard(found);
  }
  return mine;
}
