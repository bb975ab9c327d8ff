import { decodeSealedText, encodeSealedText } from '@llmos/privacy';
import type { TenantKeyring } from './ports/tenant-keyring.port.js';

/** Seals bytes of this service, such as redacted values, with the tenant's key, and encodes them as text. */
export class TenantSealer {
  constructor(private readonly keys: Pick<TenantKeyring, 'seal' | 'open'>) {}

  /** @param aad must be the same on opening, such as the id of the run. */
  async seal(tenant: string, purpose: string, aad: string, bytes: Uint8Array): Promise<string> {
    return encodeSealedText(await this.keys.seal(tenant, { purpose, aad }, bytes));
  }

  /** @throws LlmosError INVALID_ARGUMENT if it does not open, NOT_FOUND if its key was destroyed. */
  open(tenant: string, purpose: string, aad: string, sealed: string): Promise<Uint8Array> {
    return this.keys.open(tenant, { purpose, aad }, decodeSealedText(sealed));
  }
}
