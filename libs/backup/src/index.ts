export { BackupError } from './backup-error.js';
export type { BackedUpStream } from './backup-format.js';
export type { Backup } from './backup-reader.js';
export { restoreBackup, verifyBackup } from './restore-backup.js';
export { takeBackup, type BackupReport } from './take-backup.js';
export { tryBackup } from './try-backup.js';
export {
  backupName,
  backupTimeMs,
  removeOldest,
  type BackupStore,
  type OnTransfer,
} from './stores/backup-store.port.js';
export { localBackup, openBackupStore, type LocalBackup, type StoreOptions } from './stores/open-store.js';
export type { S3Settings } from './stores/s3-store.js';
