import type { Bus } from '@llmos/bus';
import type { Logger } from '@llmos/telemetry';
import { letterGuard } from './letter-guard.js';
import { AtRest } from './tenant-keys.at-rest.js';
import { masterKeyFileOf, type TenantKeysConfig } from './tenant-keys.config.js';
import { openMasterKey } from './tenant-keys.master.js';
import { TenantKeys } from './tenant-keys.js';

/** Opens the tenants' keys, and lets the bus seal and open with them what it stores by itself. */
export async function openAtRest(
  bus: Bus,
  config: TenantKeysConfig & { readonly home: string },
  log: Pick<Logger, 'error'>,
): Promise<{ tenantKeys: TenantKeys; atRest: AtRest }> {
  const tenantKeys = await TenantKeys.open(bus, {
    openMaster: (mayCreate) => openMasterKey(masterKeyFileOf(config), mayCreate),
    onProblem: (error, message) => log.error({ err: error }, message),
  });
  const atRest = new AtRest(tenantKeys, config.encryption);
  bus.blobs.sealWith(atRest.sealerOf('blob'));
  bus.schedules.sealWith(atRest.sealerOf('schedule'));
  bus.deadLetters.protectWith(
    letterGuard(atRest, (error) => log.error({ err: error }, 'a dead letter is kept in the clear')),
  );
  return { tenantKeys, atRest };
}
