import { loadConfig } from '@llmos/config';
import { openMasterKey, vaultConfig } from '@llmos/vault';
import type { KeyService } from '@llmos/privacy';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';

/**
 * Opens the master key of the installation under `home`.
 *
 * @param mayCreate whether a new key is made when there is none.
 * @throws CliError when it does not exist and may not be made, or cannot be used.
 */
export async function installationMasterKey(home: string, mayCreate: boolean): Promise<KeyService> {
  const path = loadConfig(vaultConfig).masterKeyFile ?? join(home, 'keys', 'master.pem');
  return openMasterKey(path, mayCreate).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`The master key cannot be used: ${reason}`, 'name it in LLMOS_MASTER_KEY_FILE', { cause });
  });
}
