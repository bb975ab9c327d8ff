import type { Sealer } from '@llmos/bus';
import { decodeSealed, encodeSealed, isSealed } from '@llmos/privacy';
import type { TenantKeys } from './tenant-keys.js';

/**
 * Seals the data that a process stores for a tenant, and opens it again. With encryption off, data is stored in the
 * clear. Sealed data and clear data are both read, whatever the setting.
 */
export class AtRest {
  constructor(
    private readonly keys: Pick<TenantKeys, 'seal' | 'open' | 'onShred' | 'isShredded' | 'shreddedAtMs'>,
    /** Whether {@link seal} encrypts. */
    readonly encrypts: boolean,
  ) {}

  /** @param id the name of the stored data. Sealed bytes open only under the same name. */
  async seal(tenant: string, purpose: string, id: string, bytes: Uint8Array): Promise<Uint8Array> {
    if (!this.encrypts) return bytes;
    return encodeSealed(await this.keys.seal(tenant, { purpose, aad: id }, bytes));
  }

  /** @throws LlmosError NOT_FOUND if the key of the tenant was destroyed, INVALID_ARGUMENT if the bytes do not open. */
  async open(tenant: string, purpose: string, id: string, bytes: Uint8Array): Promise<Uint8Array> {
    if (!isSealed(bytes)) return bytes;
    return this.keys.open(tenant, { purpose, aad: id }, decodeSealed(bytes));
  }

  /** Seals and opens for one purpose. */
  sealerOf(purpose: string): Sealer {
    return {
      seal: (tenant, id, bytes) => this.seal(tenant, purpose, id, bytes),
      open: (tenant, id, bytes) => this.open(tenant, purpose, id, bytes),
    };
  }

  /**
   * Registers a listener for each tenant whose keys are destroyed, and calls it at once for those whose keys already
   * were. The listener must drop opened data of the tenant and remove its older data that is stored in the clear.
   */
  onShred(listener: (tenant: string) => void): void {
    this.keys.onShred(listener);
  }

  /** Whether the keys of the tenant were destroyed at this time (Unix milliseconds) or later. */
  shreddedSince(tenant: string, ms: number): boolean {
    return ms <= this.keys.shreddedAtMs(tenant);
  }

  /** Whether stored bytes are lost with destroyed keys: sealed by one of them, or stored in the clear before that. */
  isLost(tenant: string, bytes: Uint8Array, storedAtMs: number): boolean {
    return isSealed(bytes)
      ? this.keys.isShredded(tenant, decodeSealed(bytes).keyVersion)
      : this.shreddedSince(tenant, storedAtMs);
  }
}
