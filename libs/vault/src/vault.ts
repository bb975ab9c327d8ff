import type { Bus, Sealers } from '@llmos/bus';
import { AtRest } from './at-rest.js';
import { deadLetterGuard } from './dead-letter-guard.js';
import { openMasterKey } from './master-key.js';
import { TenantKeys } from './tenant-keys.js';
import { masterKeyFileOf, type VaultConfig } from './vault.config.js';

/**
 * The keys of the tenants and the sealers that use them. The keys are stored in a bucket of the bus whose data they
 * seal: create the vault, connect a bus with its `sealers`, then `open` it over that bus. Until then sealing rejects
 * with UNAVAILABLE.
 */
export class Vault {
  readonly keys: TenantKeys;
  readonly atRest: AtRest;
  readonly sealers: Required<Sealers>;

  constructor(
    config: VaultConfig & { readonly home: string },
    log: { error(details: { err: unknown }, message: string): void },
  ) {
    this.keys = new TenantKeys({
      openMaster: (mayCreate) => openMasterKey(masterKeyFileOf(config), mayCreate),
      onProblem: (err, message) => log.error({ err }, message),
    });
    this.atRest = new AtRest(this.keys, config.encryption);
    this.sealers = {
      blobs: this.atRest.sealerOf('blob'),
      schedules: this.atRest.sealerOf('schedule'),
      deadLetters: deadLetterGuard(this.atRest, (err) => log.error({ err }, 'a dead letter is stored unsealed')),
    };
  }

  /** Resolves when all stored keys have been read. */
  open(bus: Bus): Promise<void> {
    return this.keys.load(bus);
  }
}
