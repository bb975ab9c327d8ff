import { defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** How a process protects the data that it stores for its tenants. */
export const vaultConfig = defineConfig({
  /** The RSA key that wraps the tenants' data keys, as PKCS#8 PEM. Default: `keys/master.pem` under LLMOS_HOME. */
  masterKeyFile: setting(
    'LLMOS_MASTER_KEY_FILE',
    z
      .string()
      .min(1)
      .transform((path) => resolve(path))
      .optional(),
  ),
  /** Whether data on the broker's disk is sealed. Sealed data opens with either value. */
  encryption: setting('LLMOS_ENCRYPTION', flag().default(true)),
});
export type VaultConfig = ConfigOf<typeof vaultConfig>;

export function masterKeyFileOf({ masterKeyFile, home }: VaultConfig & { readonly home: string }): string {
  return masterKeyFile ?? join(home, 'keys', 'master.pem');
}
