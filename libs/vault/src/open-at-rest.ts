import type { Bus } from '@llmos/bus';
import { deadLetterGuard } from './dead-letter-guard.js';
import { AtRest } from './at-rest.js';
import { masterKeyFileOf, type VaultConfig } from './vault.config.js';
import { openMasterKey } from './master-key.js';
import { TenantKeys } from './tenant-keys.js';

/** Opens the tenants' keys, and lets the bus seal and open with them what it stores by itself. */
export async function openAtRest(
  bus: Bus,
  config: VaultConfig & { readonly home: string },
  log: { error(details: object, message: string): void },
): Promise<{ tenantKeys: TenantKeys; atRest: AtRest }> {
  const tenantKeys = await TenantKeys.open(bus, {
    openMaster: (mayCreate) => openMasterKey(masterKeyFileOf(config), mayCreate),
    onProblem: (error, message) => log.error({ err: error }, message),
  });
  const atRest = new AtRest(tenantKeys, config.encryption);
  bus.blobs.sealWith(atRest.sealerOf('blob'));
  bus.schedules.sealWith(atRest.sealerOf('schedule'));
  bus.deadLetters.protectWith(
    deadLetterGuard(atRest, (error) => log.error({ err: error }, 'a dead letter is kept in the clear')),
  );
  return { tenantKeys, atRest };
}
