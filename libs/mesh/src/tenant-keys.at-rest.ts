import { decodeSealed, encodeSealed, isSealed } from '@llmos/privacy';
import type { TenantKeys } from './tenant-keys.js';

/**
 * Seals what a process stores for a tenant, and opens it again. With encryption switched off it stores things as they
 * are; what was stored before, either way, is still read.
 */
export class AtRest {
  constructor(
    private readonly keys: Pick<TenantKeys, 'seal' | 'open' | 'onShred'>,
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

  /** Told of each tenant whose keys are destroyed: what was opened for it must be forgotten. */
  onShred(listener: (tenant: string) => void): void {
    this.keys.onShred(listener);
  }
}
