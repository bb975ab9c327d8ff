const NAME = /^llmos-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2}(?:\.\d{3})?)Z\.bak$/;

/** Receives how much of a backup has moved. */
export type OnTransfer = (doneBytes: number, totalBytes: number) => void;

/** Where backups are kept. An address names one of them: a path, or `s3://bucket/prefix/llmos-….bak`. */
export interface BackupStore {
  /** For people: the folder, or `s3://bucket/prefix`. */
  readonly address: string;
  /** Where a new backup is written and tried, on this machine. */
  readonly workFolder: string;
  /**
   * Takes over a backup of the work folder that was tried. Resolves to its address when the store has every byte of it;
   * until then it is not listed.
   */
  keep(path: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<string>;
  /** The addresses of the backups, oldest first. Other files are not listed. */
  list(): Promise<string[]>;
  /** A copy on this machine, which exists until {@link close}. @returns its path. */
  bring(address: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<string>;
  remove(address: string): Promise<void>;
  /** Removes what is left in the work folder, unless the backups are kept there. */
  close(): void;
}

/** The name of a backup that begins now. Names sort by time. */
export function backupName(now = new Date()): string {
  return `llmos-${now.toISOString().replaceAll(':', '-')}.bak`;
}

/** Whether {@link backupName} made this name. */
export function isBackupName(name: string): boolean {
  return NAME.test(name);
}

/** When the backup of this address began, in Unix milliseconds; undefined if {@link backupName} did not name it. */
export function backupTimeMs(address: string): number | undefined {
  const [, day, hour, minute, second] = NAME.exec(address.split('/').at(-1) ?? '') ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${hour}:${minute}:${second}Z`);
}

/** Removes the oldest backups. @returns the addresses of those removed. */
export async function removeOldest(store: BackupStore, keep: number): Promise<string[]> {
  const removed = (await store.list()).slice(0, -keep);
  for (const address of removed) await store.remove(address);
  return removed;
}
