import { backupTimeMs, openBackupStore, type BackupStore } from '@llmos/backup';
import { storeOptions, scheduledPlace } from './backup-place.js';
import { scheduledBackup } from './backup.command.js';
import type { CommandContext } from './context.js';

/** Beside the scheduled backups: these do not push them out. */
const FOLDER = 'alerts';
const KEEP = 3;
/** An alert that comes and goes must not fill the disk, or keep the broker busy. */
const APART_MS = 3_600_000;

/**
 * Takes a backup because the scheduler asks for one.
 *
 * @throws Error if the last one is too young, or if none could be taken.
 */
export async function alertBackup(context: CommandContext, signal: AbortSignal): Promise<void> {
  const into = `${scheduledPlace(context).replace(/\/+$/, '')}/${FOLDER}`;
  const store = await openBackupStore(into, storeOptions(context));
  try {
    const ageMs = await youngestAgeMs(store, Date.now());
    if (ageMs < APART_MS) throw new Error(`the last one in ${into} is ${Math.round(ageMs / 60_000)} minutes old`);
  } finally {
    store.close();
  }
  if ((await scheduledBackup(context, { into, keep: KEEP }, signal)) !== 0)
    throw new Error(`no backup was made in ${into}: the output of \`llmos up\` has the reason`);
}

/** The age of the youngest backup by its name; infinite without one. */
export async function youngestAgeMs(store: Pick<BackupStore, 'list'>, nowMs: number): Promise<number> {
  const atMs = backupTimeMs((await store.list()).at(-1) ?? '');
  return atMs === undefined ? Infinity : Math.max(0, nowMs - atMs);
}
