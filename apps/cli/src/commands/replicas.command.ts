import {
  checkReplicaCounts,
  controlInstance,
  findServiceApps,
  parseReplicaCounts,
  readReplicaFile,
  type ReplicaCounts,
} from '@llmos/supervisor';
import { seconds } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';

/**
 * The replicas that `llmos up` starts: those of the file, and before them those of `--replicas`.
 *
 * @throws SupervisorError if the file or the text names no service, or a number that is not possible.
 */
export function wantedReplicas({ config }: CommandContext, text = ''): ReplicaCounts {
  const counts = { ...readReplicaFile(config.replicasFile), ...parseReplicaCounts(text) };
  checkReplicaCounts(counts, findServiceApps(config.root));
  return counts;
}

/** `llmos scale`: more or fewer processes of services, while everything runs. */
export async function scale({ instance, terminal, config }: CommandContext, given: readonly string[]): Promise<number> {
  const counts = parseReplicaCounts(given.join(','));
  const from = Date.now();
  await controlInstance(instance, { type: 'scale', counts }, (line) => terminal.line(line));
  const done = Object.entries(counts).map(([name, count]) => `${name} runs as ${count}`);
  terminal.line(
    `✓ ${done.join(', ')} (${seconds(Date.now() - from)}); write it into ${config.replicasFile} to keep it`,
  );
  return 0;
}

/** `llmos restart`: every process is replaced while calls go on. */
export async function restart({ instance, terminal }: CommandContext, services: readonly string[]): Promise<number> {
  const from = Date.now();
  await controlInstance(instance, { type: 'restart', services: [...services] }, (line) => terminal.line(line));
  terminal.line(
    `✓ ${services.length === 0 ? 'every process' : services.join(', ')} replaced (${seconds(Date.now() - from)})`,
  );
  return 0;
}
