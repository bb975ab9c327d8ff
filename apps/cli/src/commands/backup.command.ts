import {
  backupName,
  openBackupStore,
  removeOldest,
  takeBackup,
  tryBackup,
  type BackedUpStream,
  type BackupReport,
  type BackupStore,
} from '@llmos/backup';
import { Snapshots } from '@llmos/bus';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { storeOptions } from './backup-place.js';
import { brokerAccess, withBroker } from './broker-access.js';
import { CliError, explain, isExpected } from '../cli-error.js';
import { progressLine } from '../terminal/progress-line.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { table } from '../terminal/table.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { natsServer, openStore, type CommandContext } from './context.js';
import { installationMasterKey } from './master-key.js';

const INTERRUPTED = 130;

export interface BackupOptions {
  readonly out: string;
  readonly json?: boolean;
}

export interface ScheduledBackupOptions {
  /** A folder, made if it does not exist, or `s3://bucket/prefix`. */
  readonly into: string;
  /** How many backups stay. */
  readonly keep: number;
  /** Milliseconds from the begin of one backup to the begin of the next; without it there is one. */
  readonly every?: number | undefined;
  readonly json?: boolean;
}

/** `llmos backup --out`: writes every stream that the broker keeps on disk into one sealed file, while LLM OS runs. */
export async function backup(context: CommandContext, { out, json }: BackupOptions): Promise<number> {
  const { terminal } = context;
  const report = await takeInto(context, resolve(out), stopSignal());
  if (json) terminal.line(JSON.stringify(report));
  else {
    terminal.line(streamTable(report.streams));
    terminal.line(`\n✓ ${summaryOf(report)}`);
    terminal.line('  The master key is not in the file: keep it in another place. Without it the file cannot be read.');
  }
  return 0;
}

/**
 * `llmos backup --into`: takes a backup, restores it into an empty broker of its own, hands it to the folder or bucket,
 * and only then removes the oldest ones. With `every` it goes on until a signal: a failure is reported, and nothing is removed before a later one succeeds.
 *
 * @returns the exit code: 1 if the last backup failed.
 */
export async function scheduledBackup(
  context: CommandContext,
  { into, keep, every, json }: ScheduledBackupOptions,
  signal = stopSignal(),
): Promise<number> {
  const { terminal } = context;
  const store = await openBackupStore(into, storeOptions(context));
  try {
    for (;;) {
      const from = Date.now();
      const outcome = await takeAndTry(context, { store, keep, signal });
      if (signal.aborted) return every === undefined ? INTERRUPTED : 0;
      if (json) terminal.line(JSON.stringify(outcome));
      else terminal.line('error' in outcome ? `✗ ${outcome.error}` : `✓ ${outcome.summary}`);
      if (every === undefined) return 'error' in outcome ? 1 : 0;
      await delay(Math.max(from + every - Date.now(), 0), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return 0;
    }
  } finally {
    store.close();
  }
}

type Outcome =
  { readonly error: string } | { readonly summary: string; readonly file: string; readonly removed: string[] };

interface Kept {
  readonly store: BackupStore;
  readonly keep: number;
  readonly signal: AbortSignal;
}

async function takeAndTry(context: CommandContext, { store, keep, signal }: Kept): Promise<Outcome> {
  const path = join(store.workFolder, backupName());
  let taken = false;
  try {
    // A place that cannot be used is found out first.
    await store.list();
    const report = await takeInto(context, path, signal);
    taken = true;
    const { home, root } = context.config;
    const server = await natsServer(context, await openStore(context), transferReport(context.terminal), signal);
    const from = Date.now();
    await tryBackup({ path, master: await installationMasterKey(home, false), server, root, signal });
    const tried = `restored for a trial in ${seconds(Date.now() - from)}`;
    const file = await handOver(context, store, path, signal);
    const removed = await removeOldest(store, keep);
    const kept = `${(await store.list()).length} kept${removed.length > 0 ? `, ${removed.length} removed` : ''}`;
    return { summary: `${summaryOf({ ...report, file })}, ${tried}; ${kept}`, file, removed };
  } catch (error) {
    // What cannot be restored is no backup: it must not push out one that can.
    if (taken) rmSync(path, { force: true });
    const { stack } = error as Error;
    return { error: `No backup was made: ${isExpected(error) ? explain(error) : (stack ?? String(error))}` };
  }
}

async function handOver(
  { terminal }: CommandContext,
  store: BackupStore,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const progress = progressLine(terminal);
  try {
    return await store.keep(path, signal, (done, total) =>
      progress.show({ stage: `to ${store.address}`, done, total }),
    );
  } finally {
    progress.stop();
  }
}

/** Writes a backup of the running instance into a file, with progress. */
export async function takeInto(context: CommandContext, path: string, signal: AbortSignal): Promise<BackupReport> {
  const { terminal, config, instance } = context;
  if (instance.running()?.services.length === 0)
    throw new CliError('LLM OS is being started or restored', 'try again when `npx llmos status` shows its services');
  // A backup that is sealed with another master key cannot be opened by this installation.
  await withBroker(context, (_, keys) => keys.verify().catch(refuseOtherKey));
  const snapshots = await Snapshots.connect(brokerAccess(context));
  const progress = progressLine(terminal);
  try {
    return await takeBackup(snapshots, {
      path,
      openMaster: (mayCreate) => installationMasterKey(config.home, mayCreate),
      signal,
      onProgress: ({ stream, position, total, writtenBytes }) =>
        progress.show({ stage: `${stream} (${position} of ${total})`, written: megabytes(writtenBytes) }),
    });
  } finally {
    progress.stop();
    await snapshots.close();
  }
}

function summaryOf({ file, streams, sizeBytes, tookMs }: BackupReport): string {
  return `${file}: ${streams.length} streams, ${megabytes(sizeBytes)} (${seconds(tookMs)})`;
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
