/** Encrypts bytes for a tenant; the adapter uses envelope encryption with the tenant's key. */
export interface Sealer {
  /**
   * @param purpose must be the same on opening.
   * @param aad must be the same on opening, such as the id of the run.
   * @returns text for use in messages.
   */
  seal(tenant: string, purpose: string, aad: string, bytes: Uint8Array): Promise<string>;
  /** Rejects if `sealed` was changed, or belongs to another tenant, purpose or `aad`. */
  open(tenant: string, purpose: string, aad: string, sealed: string): Promise<Uint8Array>;
}
