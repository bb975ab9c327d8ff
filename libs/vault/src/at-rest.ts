import type { Sealer } from '@llmos/bus';
import { decodeSealed, encodeSealed, isSealed } from '@llmos/privacy';
import type { TenantKeys } from './tenant-keys.js';

/**
 * Seals what a process stores for a tenant, and opens it again. With encryption switched off it stores things as they
 * are; what was stored before, either way, is still read.
 */
export class AtRest {
  constructor(
    private readonly keys: Pick<TenantKeys, 'seal' | 'open' | 'onShred' | 'isShredded' | 'shreddedAtMs'>,
    /** Whether {@link seal} does. */
    readonly encrypts: boolean,
  ) {}

  /** @param id of the thing stored: sealed bytes open under no other name. */
  async seal(tenant: string, purpose: string, id: string, bytes: Uint8Array): Promise<Uint8Array> {
    if (!this.encrypts) return bytes;
    return encodeSealed(await this.keys.seal(tenant, { purpose, aad: id }, bytes));
  }

  /** @throws LlmosError NOT_FOUND when the tenant's key has been destroyed, INVALID_ARGUMENT when it does not open. */
  async open(tenant: string, purpose: string, id: string, bytes: Uint8Array): Promise<Uint8Array> {
    if (!isSealed(bytes)) return bytes;
    return this.keys.open(tenant, { purpose, aad: id }, decodeSealed(bytes));
  }

  /** The same for one purpose. */
  sealerOf(purpose: string): Sealer {
    return {
      seal: (tenant, id, bytes) => this.seal(tenant, purpose, id, bytes),
      open: (tenant, id, bytes) => this.open(tenant, purpose, id, bytes),
    };
  }

  /**
   * Told of each tenant whose keys are destroyed, and at once of those whose keys were: what was opened for it must be
   * forgotten, and what is stored in the clear from before removed.
   */
  onShred(listener: (tenant: string) => void): void {
    this.keys.onShred(listener);
  }

  /** Whether what began at this time (Unix milliseconds) belongs to keys that have been destroyed since. */
  shreddedSince(tenant: string, ms: number): boolean {
    return ms <= this.keys.shreddedAtMs(tenant);
  }

  /** Whether stored bytes went with the tenant's keys: sealed by one of them, or in the clear from before. */
  isLost(tenant: string, bytes: Uint8Array, storedAtMs: number): boolean {
    return isSealed(bytes)
      ? this.keys.isShredded(tenant, decodeSealed(bytes).keyVersion)
      : this.shreddedSince(tenant, storedAtMs);
  }
}
