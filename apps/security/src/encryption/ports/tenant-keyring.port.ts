import type { Sealed } from '@llmos/privacy';

/** The keys of the tenants; `purpose` and `aad` must be the same on opening. */
export interface TenantKeyring {
  seal(tenant: string, what: { purpose: string; aad?: string }, plain: Uint8Array): Promise<Sealed>;
  /** @throws LlmosError NOT_FOUND if the key was destroyed, INVALID_ARGUMENT if it does not open. */
  open(tenant: string, what: { purpose: string; aad?: string }, sealed: Sealed): Promise<Uint8Array>;
  /** @returns the number of the new version. */
  rotate(tenant: string): Promise<number>;
  /** @returns the number of destroyed keys. */
  shred(tenant: string): Promise<number>;
}
