export { BackupError } from './backup-error.js';
export type { BackedUpStream } from './backup-format.js';
export type { Backup } from './backup-reader.js';
export { backupFile, keptBackups, removeOldest } from './kept-backups.js';
export { restoreBackup, verifyBackup } from './restore-backup.js';
export { takeBackup, type BackupReport } from './take-backup.js';
export { tryBackup } from './try-backup.js';
