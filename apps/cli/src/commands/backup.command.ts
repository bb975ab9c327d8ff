import { takeBackup, type BackedUpStream } from '@llmos/backup';
import { Snapshots } from '@llmos/bus';
import { resolve } from 'node:path';
import { brokerAccess, withBroker } from './broker-access.js';
import { CliError } from '../cli-error.js';
import { progressLine } from '../terminal/progress-line.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { table } from '../terminal/table.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';
import { installationMasterKey } from './master-key.js';

export interface BackupOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** `llmos backup`: writes every stream that the broker keeps on disk into one sealed file, while LLM OS runs. */
export async function backup(context: CommandContext, { out, json }: BackupOptions): Promise<number> {
  const { terminal, config, instance } = context;
  if (instance.running()?.services.length === 0)
    throw new CliError('LLM OS is being started or restored', 'try again when `npx llmos status` shows its services');
  // A backup that is sealed with another master key cannot be opened by this installation.
  await withBroker(context, (_, keys) => keys.verify().catch(refuseOtherKey));
  const signal = stopSignal();
  const snapshots = await Snapshots.connect(brokerAccess(context));
  const progress = progressLine(terminal);
  try {
    const report = await takeBackup(snapshots, {
      path: resolve(out),
      openMaster: (mayCreate) => installationMasterKey(config.home, mayCreate),
      signal,
      onProgress: ({ stream, position, total, writtenBytes }) =>
        progress.show({ stage: `${stream} (${position} of ${total})`, written: megabytes(writtenBytes) }),
    });
    progress.stop();
    if (json) terminal.line(JSON.stringify(report));
    else {
      const { file, streams, sizeBytes, tookMs } = report;
      terminal.line(streamTable(streams));
      terminal.line(`\n✓ ${file}: ${streams.length} streams, ${megabytes(sizeBytes)} (${seconds(tookMs)})`);
      terminal.line(
        '  The master key is not in the file: keep it in another place. Without it the file cannot be read.',
      );
    }
    return 0;
  } finally {
    progress.stop();
    await snapshots.close();
  }
}

function refuseOtherKey(error: unknown): never {
  const { cause } = error as Error;
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  throw new CliError(
    `This is not the master key of the installation${reason}`,
    'name the right key in LLMOS_MASTER_KEY_FILE',
  );
}

/** The streams of a backup as a table. */
export function streamTable(streams: readonly BackedUpStream[]): string {
  const rows = streams.map(({ name, messages, sizeBytes, sha256 }) => [
    name,
    messages,
    `${Math.ceil(sizeBytes / 1_000)} kB`,
    sha256.slice(0, 16),
  ]);
  return table(['stream', 'messages', 'archive', 'SHA-256'], rows);
}
