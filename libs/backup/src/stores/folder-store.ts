import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isBackupName, type BackupStore } from './backup-store.port.js';

/** Backups in a folder, where they are also written and tried. */
export class FolderStore implements BackupStore {
  readonly workFolder: string;

  /** @param address the folder; made if it does not exist. */
  constructor(readonly address: string) {
    mkdirSync(address, { recursive: true, mode: 0o700 });
    this.workFolder = address;
  }

  keep(path: string): Promise<string> {
    return Promise.resolve(path);
  }

  list(): Promise<string[]> {
    const names = readdirSync(this.address).filter(isBackupName).sort();
    return Promise.resolve(names.map((name) => join(this.address, name)));
  }

  bring(address: string): Promise<string> {
    return Promise.resolve(address);
  }

  remove(address: string): Promise<void> {
    // Another process may remove the same one.
    rmSync(address, { force: true });
    return Promise.resolve();
  }

  close(): void {
    // The backups stay.
  }
}
