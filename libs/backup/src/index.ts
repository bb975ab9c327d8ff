export { BackupError } from './backup-error.js';
export type { BackedUpStream } from './backup-format.js';
export type { Backup } from './backup-reader.js';
export { restoreBackup, verifyBackup } from './restore-backup.js';
export { takeBackup } from './take-backup.js';
