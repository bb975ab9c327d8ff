import { STREAMS, type Snapshots, type StoredStream } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import type { KeyService } from '@llmos/privacy';
import { BackupError } from './backup-error.js';
import type { BackedUpStream } from './backup-format.js';
import { BackupWriter } from './backup-writer.js';

/** Work moves down this list, so a message that moves during the backup is in it twice rather than missing. */
const FIRST: readonly string[] = [STREAMS.schedules, STREAMS.intake, STREAMS.tasksDurable];
/** Archived last, so that the keys of the newest messages are in the backup. */
const KEYS_STREAM = `KV_${BUCKETS.tenantKeys}`;

export interface BackupOptions {
  /** The file to write. */
  readonly path: string;
  /** Opens the master key; it may be made when no tenant has a data key yet. */
  openMaster(mayCreate: boolean): Promise<KeyService>;
  readonly signal: AbortSignal;
  onProgress?(progress: { stream: string; position: number; total: number; writtenBytes: number }): void;
}

export interface BackupReport {
  readonly file: string;
  readonly createdAt: string;
  /** The version of the nats-server. */
  readonly broker: string;
  readonly sizeBytes: number;
  readonly tookMs: number;
  readonly streams: readonly BackedUpStream[];
}

/**
 * Writes every stream that the broker keeps on disk into one sealed file, while the services run.
 *
 * @throws BackupError when the file exists or the signal aborts; no file is written then.
 */
export async function takeBackup(
  snapshots: Snapshots,
  { path, openMaster, signal, onProgress }: BackupOptions,
): Promise<BackupReport> {
  const from = Date.now();
  // Ends a transfer that waits for the broker.
  signal.addEventListener('abort', () => void snapshots.close(), { once: true });
  try {
    const stored = inOrder(await snapshots.list());
    const hasKeys = stored.some(({ name, messages }) => name === KEYS_STREAM && messages > 0);
    const about = { createdAt: new Date(from).toISOString(), broker: snapshots.serverVersion };
    const writer = await BackupWriter.create(path, await openMaster(!hasKeys), about);
    try {
      const streams: BackedUpStream[] = [];
      for (const [at, { name }] of stored.entries()) {
        signal.throwIfAborted();
        const { head, chunks } = await snapshots.take(name);
        const progress = { stream: name, position: at + 1, total: stored.length };
        streams.push(await writer.add(head, chunks, (writtenBytes) => onProgress?.({ ...progress, writtenBytes })));
      }
      signal.throwIfAborted();
      const sizeBytes = await writer.finish();
      return { file: path, ...about, sizeBytes, tookMs: Date.now() - from, streams };
    } finally {
      await writer.end();
    }
  } catch (error) {
    if (signal.aborted) throw new BackupError('The backup was stopped; no file was written');
    throw error;
  }
}

function inOrder(streams: readonly StoredStream[]): StoredStream[] {
  const rank = ({ name }: StoredStream) => {
    if (name === KEYS_STREAM) return FIRST.length + 1;
    return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
  };
  return [...streams].sort((a, b) => rank(a) - rank(b));
}
