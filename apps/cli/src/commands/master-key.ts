import { loadConfig } from '@llmos/config';
import { openMasterKey, vaultConfig } from '@llmos/vault';
import type { KeyService } from '@llmos/privacy';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';

/** Where the master key of the installation under `home` is. */
export function masterKeyFile(home: string): string {
  return loadConfig(vaultConfig).masterKeyFile ?? join(home, 'keys', 'master.pem');
}

/**
 * Opens the master key of the installation under `home`.
 *
 * @param mayCreate whether a new key is made when there is none.
 * @throws CliError when it does not exist and may not be made, or cannot be used.
 */
export async function installationMasterKey(home: string, mayCreate: boolean): Promise<KeyService> {
  return openMasterKey(masterKeyFile(home), mayCreate).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`The master key cannot be used: ${reason}`, 'name it in LLMOS_MASTER_KEY_FILE', { cause });
  });
}
