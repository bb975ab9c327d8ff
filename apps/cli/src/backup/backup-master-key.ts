import { loadConfig } from '@llmos/config';
import { openMasterKey, tenantKeysConfig } from '@llmos/mesh';
import type { KeyService } from '@llmos/privacy';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';

/**
 * The master key of the house under `home`: its backups open with the same key as what the tenants store.
 *
 * @throws CliError when it is not there and may not be made, or cannot be used.
 */
export async function backupMasterKey(home: string, mayCreate: boolean): Promise<KeyService> {
  const path = loadConfig(tenantKeysConfig).masterKeyFile ?? join(home, 'keys', 'master.pem');
  try {
    return await openMasterKey(path, mayCreate);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`The master key cannot be used: ${reason}`, 'name it in LLMOS_MASTER_KEY_FILE', { cause });
  }
}
