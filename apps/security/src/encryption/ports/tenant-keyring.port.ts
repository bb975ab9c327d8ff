import type { Sealed } from '@llmos/privacy';

/** Each tenant's own keys; `purpose` and `aad` must be the same on opening. */
export interface TenantKeyring {
  seal(tenant: string, what: { purpose: string; aad?: string }, plain: Uint8Array): Promise<Sealed>;
  /** @throws LlmosError NOT_FOUND when the key has been destroyed, INVALID_ARGUMENT when it does not open. */
  open(tenant: string, what: { purpose: string; aad?: string }, sealed: Sealed): Promise<Uint8Array>;
  /** @returns the number of the new version. */
  rotate(tenant: string): Promise<number>;
  /** @returns how many keys were destroyed. */
  shred(tenant: string): Promise<number>;
}
