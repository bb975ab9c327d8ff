export { AtRest } from './at-rest.js';
export { deadLetterGuard } from './dead-letter-guard.js';
export { openMasterKey } from './master-key.js';
export { openChunks, sealChunks } from './sealed-chunks.js';
export { SealedBucket, type SealedBucketOptions, type SealedWatcher, type StoredValue } from './sealed-bucket.js';
export { TenantKeys, type TenantKeysOptions } from './tenant-keys.js';
export { Vault } from './vault.js';
export { vaultConfig, type VaultConfig } from './vault.config.js';
