import { Snapshots, STREAMS, type StoredStream } from '@llmos/bus';
import { TENANT_KEYS_BUCKET } from '@llmos/mesh';
import { resolve } from 'node:path';
import type { BackedUpStream } from '../backup/backup-format.js';
import { backupMasterKey } from '../backup/backup-master-key.js';
import { BackupWriter } from '../backup/backup-writer.js';
import { brokerAccess, withBroker } from '../broker/broker-access.js';
import { CliError } from '../cli-error.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { progressLine } from '../terminal/progress-line.js';
import { table } from '../terminal/table.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';

export interface BackupOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Work moves from one to the next: archived in this order, what moves meanwhile is there twice and not lost. */
const UPSTREAM: readonly string[] = [STREAMS.schedules, STREAMS.intake, STREAMS.tasksDurable];
/** Last: what was sealed a moment ago needs its key. */
const KEYS_STREAM = `KV_${TENANT_KEYS_BUCKET}`;

/** Writes every stream that the broker keeps on disk into one sealed file, while the house runs. */
export async function backup(context: CommandContext, { out, json }: BackupOptions): Promise<number> {
  if (context.instance.running()?.services.length === 0)
    throw new CliError('LLM OS is being started or restored', 'try again when `npx llmos status` shows its services');
  // With another master key than the house's the file would open for nobody who needs it.
  await withBroker(context, (_, keys) => keys.verify().catch(refuseOtherKey));
  const stop = stopSignal();
  const snapshots = await Snapshots.connect(brokerAccess(context));
  stop.addEventListener('abort', () => void snapshots.close());
  try {
    return await write(context, snapshots, resolve(out), json === true, stop);
  } catch (error) {
    if (stop.aborted) throw new CliError('The backup was stopped; no file was written');
    throw error;
  } finally {
    await snapshots.close();
  }
}

function refuseOtherKey(error: unknown): never {
  const { cause } = error as Error;
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  throw new CliError(`This is not the master key of the house${reason}`, 'name that one in LLMOS_MASTER_KEY_FILE');
}

async function write(
  context: CommandContext,
  snapshots: Snapshots,
  path: string,
  json: boolean,
  stop: AbortSignal,
): Promise<number> {
  const from = Date.now();
  const stored = inOrder(await snapshots.list());
  const hasKeys = stored.some(({ name, messages }) => name === KEYS_STREAM && messages > 0);
  const master = await backupMasterKey(context.config.home, !hasKeys);
  const about = { createdAt: new Date(from).toISOString(), broker: snapshots.serverVersion };
  const writer = await BackupWriter.create(path, master, about);
  const progress = progressLine(context.terminal);
  try {
    const streams: BackedUpStream[] = [];
    for (const [at, { name }] of stored.entries()) {
      stop.throwIfAborted();
      const { head, chunks } = await snapshots.take(name);
      const stage = `${name} (${at + 1} of ${stored.length})`;
      streams.push(await writer.add(head, chunks, (bytes) => progress.show({ stage, written: megabytes(bytes) })));
    }
    stop.throwIfAborted();
    const sizeBytes = await writer.finish();
    progress.stop();
    show(context, { file: path, ...about, sizeBytes, tookMs: Date.now() - from, streams }, json);
    return 0;
  } finally {
    progress.stop();
    await writer.end();
  }
}

function inOrder(streams: readonly StoredStream[]): StoredStream[] {
  const rank = ({ name }: StoredStream) => {
    if (name === KEYS_STREAM) return UPSTREAM.length + 1;
    return UPSTREAM.includes(name) ? UPSTREAM.indexOf(name) : UPSTREAM.length;
  };
  return [...streams].sort((a, b) => rank(a) - rank(b));
}

interface Written {
  readonly file: string;
  readonly sizeBytes: number;
  readonly tookMs: number;
  readonly streams: readonly BackedUpStream[];
}

function show({ terminal }: CommandContext, written: Written, json: boolean): void {
  if (json) return terminal.line(JSON.stringify(written));
  const { file, sizeBytes, tookMs, streams } = written;
  terminal.line(streamTable(streams));
  terminal.line(`\n✓ ${file}: ${streams.length} streams, ${megabytes(sizeBytes)} (${seconds(tookMs)})`);
  terminal.line('  The master key is not in it: keep that in another place. Without it nobody can read this file.');
}

/** What is in a backup, for a person. */
export function streamTable(streams: readonly BackedUpStream[]): string {
  const rows = streams.map(({ name, messages, sizeBytes, sha256 }) => [
    name,
    messages,
    `${Math.ceil(sizeBytes / 1_000)} kB`,
    sha256.slice(0, 16),
  ]);
  return table(['stream', 'messages', 'archive', 'SHA-256'], rows);
}
