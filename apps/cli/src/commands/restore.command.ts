import { localBackup, restoreBackup, verifyBackup, type Backup } from '@llmos/backup';
import type { KeyService } from '@llmos/privacy';
import { claim, type BrokerCount } from '@llmos/supervisor';
import { CliError, isExpected } from '../cli-error.js';
import { progressLine } from '../terminal/progress-line.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { storeOptions } from './backup-place.js';
import { streamTable } from './backup.command.js';
import { natsServer, openStore, showOther, type CommandContext } from './context.js';
import { installationMasterKey } from './master-key.js';

export interface RestoreOptions {
  readonly verify?: boolean;
  readonly replace?: boolean;
  /** For how many brokers; by default for as many as the instance has now. */
  readonly brokers?: BrokerCount;
  readonly json?: boolean;
}

/**
 * `llmos restore`: checks a whole backup, and then, without `verify`, replaces the data of the instance by it.
 *
 * @param from a file or the address of one in a bucket; of a folder or `s3://bucket/prefix` the newest backup.
 */
export async function restore(
  context: CommandContext,
  from: string,
  options: RestoreOptions,
  signal = stopSignal(),
): Promise<number> {
  const startedAt = Date.now();
  if (!options.verify && context.instance.running())
    throw new CliError('LLM OS is running', 'run `npx llmos down` first');
  const master = await installationMasterKey(context.config.home, false);
  const file = await withProgress(context, 'copying', (onProgress) =>
    localBackup(from, storeOptions(context), signal, onProgress),
  );
  try {
    const { path, origin } = file;
    const backup = await withProgress(context, 'checking', (onProgress) => verifyBackup(path, master, onProgress));
    if (!options.verify && !(await replaceData(context, { path, master, signal }, options))) return 1;
    show(context, origin, backup, options, Date.now() - startedAt);
    return 0;
  } finally {
    file.close();
  }
}

/** Claims the instance for the time of the restore. @returns false when another supervisor has it. */
async function replaceData(
  context: CommandContext,
  { path, master, signal }: { readonly path: string; readonly master: KeyService; readonly signal: AbortSignal },
  { replace = false, brokers }: RestoreOptions,
): Promise<boolean> {
  const { config, instance, terminal } = context;
  const claimed = await claim(instance);
  if ('other' in claimed) {
    showOther(terminal, claimed.other);
    return false;
  }
  try {
    const server = await natsServer(context, await openStore(context), transferReport(terminal), signal);
    const settings = { ...config, instance, server, claimed: claimed.own, signal, path, master, replace, brokers };
    await withProgress(context, 'restoring', (onProgress) => restoreBackup({ ...settings, onProgress }));
    return true;
  } catch (cause) {
    if (!signal.aborted || isExpected(cause)) throw cause;
    throw new CliError('The restore was stopped; it has changed nothing', undefined, { cause });
  } finally {
    instance.state.remove();
  }
}

async function withProgress<T>(
  { terminal }: CommandContext,
  stage: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = progressLine(terminal);
  try {
    return await work((done, total) => progress.show({ stage, done, total }));
  } finally {
    progress.stop();
  }
}

function show(
  { terminal }: CommandContext,
  file: string,
  { header, sizeBytes, streams }: Backup,
  { verify, json }: RestoreOptions,
  tookMs: number,
): void {
  const { createdAt, broker } = header;
  if (json)
    return terminal.line(
      JSON.stringify({ file, restored: verify !== true, createdAt, broker, sizeBytes, tookMs, streams }),
    );
  terminal.line(streamTable(streams));
  const size = `${streams.length} streams, ${megabytes(sizeBytes)} (${seconds(tookMs)})`;
  if (verify) return terminal.line(`\n✓ The backup of ${createdAt} is complete: ${size}`);
  terminal.line(`\n✓ The state of ${createdAt} is restored: ${size}`);
  terminal.line('  Keys of tenants that were shredded after that moment exist again: shred these tenants again.');
  terminal.line('  Start LLM OS with `npx llmos up`.');
}
