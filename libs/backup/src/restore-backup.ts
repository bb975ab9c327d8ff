import { Snapshots, type StreamHead } from '@llmos/bus';
import type { KeyService } from '@llmos/privacy';
import { markFinished, markUnfinished } from '@llmos/supervisor';
import { BackupError, reasonOf } from './backup-error.js';
import { readBackup, type Backup } from './backup-reader.js';
import { startRestoreBroker, type RestoreBrokerOptions } from './restore-broker.js';

const RESTORE_AGAIN = 'run the restore again with --replace; until then `llmos up` refuses to start';

type OnProgress = (doneBytes: number, totalBytes: number) => void;

/** Reads a whole backup without restoring it. @throws BackupError as {@link readBackup}. */
export function verifyBackup(path: string, master: KeyService, onProgress?: OnProgress): Promise<Backup> {
  return readBackup(path, master, {
    stream: async (_, parts) => {
      for await (const part of parts) void part;
    },
    progress: onProgress,
  });
}

export interface RestoreOptions extends RestoreBrokerOptions {
  readonly path: string;
  readonly master: KeyService;
  /** Whether stored messages may be removed. */
  readonly replace: boolean;
  readonly onProgress?: OnProgress;
  /** Called when every stream is restored, before the broker of the restore stops. */
  readonly onRestored?: (snapshots: Snapshots, heads: readonly StreamHead[]) => Promise<void>;
}

/**
 * Replaces the data of an instance by a backup that {@link verifyBackup} has checked. It uses a broker of its own, so
 * that no service works with incomplete data.
 *
 * @throws BackupError when messages are stored and `replace` is false, or when the restore fails or is stopped after it
 *   has changed data. Every other error means that nothing has changed.
 */
export async function restoreBackup(options: RestoreOptions): Promise<void> {
  const { instance, signal } = options;
  let hasBegun = false;
  try {
    const broker = await startRestoreBroker(options);
    try {
      markUnfinished(instance);
      hasBegun = true;
      await fill(await Snapshots.connect(broker), options);
    } finally {
      await broker.stop();
    }
    markFinished(instance);
  } catch (error) {
    if (!hasBegun || !signal.aborted || error instanceof BackupError) throw error;
    throw new BackupError('The restore was stopped; the data is incomplete', RESTORE_AGAIN, { cause: error });
  }
}

async function fill(
  snapshots: Snapshots,
  { path, master, replace, signal, onProgress, onRestored }: RestoreOptions,
): Promise<void> {
  // Ends a transfer that waits for the broker.
  signal.addEventListener('abort', () => void snapshots.close(), { once: true });
  try {
    signal.throwIfAborted();
    await makeRoom(snapshots, replace);
    const heads: StreamHead[] = [];
    await readBackup(path, master, {
      stream: async (head, parts) => {
        heads.push(head);
        try {
          signal.throwIfAborted();
          await snapshots.restore(head, parts);
        } catch (cause) {
          throw failure(head, cause, signal);
        }
      },
      progress: onProgress,
    });
    await onRestored?.(snapshots, heads);
  } finally {
    await snapshots.close();
  }
}

/**
 * Removes all streams, also those that are not in the backup: it has no keys for their messages.
 *
 * @throws BackupError naming the streams with messages, unless `replace` is set.
 */
async function makeRoom(snapshots: Snapshots, replace: boolean): Promise<void> {
  const streams = await snapshots.list();
  const filled = streams.filter(({ messages }) => messages > 0).map(({ name }) => name);
  if (filled.length > 0 && !replace)
    throw new BackupError(
      `Nothing was restored: messages are stored in ${filled.join(', ')}`,
      'restore into an empty LLMOS_HOME, or add --replace, which removes all stored messages first',
    );
  for (const { name } of streams) await snapshots.delete(name);
}

function failure({ config }: StreamHead, cause: unknown, signal: AbortSignal): BackupError {
  const reason = signal.aborted ? 'it was stopped' : reasonOf(cause);
  const message = `The restore ended at the stream ${config.name}: ${reason}. The streams before it are restored`;
  return new BackupError(message, RESTORE_AGAIN, { cause });
}
