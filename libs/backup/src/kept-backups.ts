import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^llmos-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(\.\d{3})?Z\.bak$/;

/** The file of a backup that begins now. Names sort by time. */
export function backupFile(folder: string, now = new Date()): string {
  return join(folder, `llmos-${now.toISOString().replaceAll(':', '-')}.bak`);
}

/** The backups in a folder with names of {@link backupFile}, oldest first. Other files are not touched. */
export function keptBackups(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Removes the oldest backups of a folder. @returns those removed. */
export function removeOldest(folder: string, keep: number): string[] {
  const removed = keptBackups(folder).slice(0, -keep);
  // Another process may remove the same ones.
  for (const file of removed) rmSync(file, { force: true });
  return removed;
}
