import { Snapshots, type StoredStream, type StreamHead } from '@llmos/bus';
import type { KeyService } from '@llmos/privacy';
import { Instance, type ServerProgram } from '@llmos/supervisor';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BackupError } from './backup-error.js';
import { readBackup, type Backup } from './backup-reader.js';
import { startRestoreBroker } from './restore-broker.js';

const KEEP_OLDER = 'keep the older backups, and take another';

export interface TryOptions {
  /** The backup. Its folder needs room for the restored data. */
  readonly path: string;
  readonly master: KeyService;
  readonly server: ServerProgram;
  /** The checkout. */
  readonly root: string;
  readonly signal: AbortSignal;
}

/**
 * Restores a backup into an empty broker of its own, compares what the broker has then with the table of contents, and
 * removes the broker with its data. The data on disk is encrypted with a key that is removed, too.
 *
 * @throws BackupError if the file is damaged, a stream cannot be restored, or the broker has other streams than the file.
 */
export async function tryBackup({ path, master, server, root, signal }: TryOptions): Promise<Backup> {
  const home = mkdtempSync(join(dirname(path), '.trial-'));
  try {
    const instance = new Instance(home, root);
    const claimed = { pid: process.pid, startedAt: new Date().toISOString(), brokers: [], services: [] };
    const broker = await startRestoreBroker({ instance, server, encryption: true, claimed, signal });
    try {
      const snapshots = await Snapshots.connect(broker);
      // Ends a transfer that waits for the broker.
      signal.addEventListener('abort', () => void snapshots.close(), { once: true });
      try {
        const heads: StreamHead[] = [];
        const backup = await readBackup(path, master, {
          stream: (head, parts) => {
            heads.push(head);
            return snapshots.restore(head, parts);
          },
        });
        compare(path, heads, await snapshots.list());
        return backup;
      } finally {
        await snapshots.close();
      }
    } finally {
      await broker.stop();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Messages can expire between the backup and the trial: of a stream with a time limit, fewer may be there. */
function compare(path: string, heads: readonly StreamHead[], restored: readonly StoredStream[]): void {
  const found = new Map(restored.map((stream) => [stream.name, stream]));
  for (const { config, state } of heads) {
    const fault = faultOf({ config, state }, found.get(config.name));
    if (fault === undefined) continue;
    throw new BackupError(`${path} was restored for a trial, and the stream ${config.name} ${fault}`, KEEP_OLDER);
  }
}

function faultOf({ config, state }: StreamHead, restored: StoredStream | undefined): string | undefined {
  if (!restored) return 'is missing';
  if (restored.lastSequence !== state.last_seq) return `ends at ${restored.lastSequence} instead of ${state.last_seq}`;
  const mayExpire = (config.max_age ?? 0) > 0 || config.allow_msg_ttl === true;
  const isWhole = mayExpire ? restored.messages <= state.messages : restored.messages === state.messages;
  return isWhole ? undefined : `has ${restored.messages} messages instead of ${state.messages}`;
}
