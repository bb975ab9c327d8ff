import { decodeSealedText, encodeSealedText } from '@llmos/privacy';
import type { TenantKeyring } from './ports/tenant-keyring.port.js';

/** Seals bytes of this service as text, such as what redaction took out, with the tenant's own key. */
export class TenantSealer {
  constructor(private readonly keys: Pick<TenantKeyring, 'seal' | 'open'>) {}

  /** @param aad must be the same on opening, such as the id of the run. */
  async seal(tenant: string, purpose: string, aad: string, bytes: Uint8Array): Promise<string> {
    return encodeSealedText(await this.keys.seal(tenant, { purpose, aad }, bytes));
  }

  /** @throws LlmosError INVALID_ARGUMENT when it does not open, NOT_FOUND when its key has been destroyed. */
  open(tenant: string, purpose: string, aad: string, sealed: string): Promise<Uint8Array> {
    return this.keys.open(tenant, { purpose, aad }, decodeSealedText(sealed));
  }
}
