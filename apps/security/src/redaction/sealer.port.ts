/** Keeps bytes unreadable for everyone but the tenant; the real thing is envelope encryption with the tenant's key. */
export interface Sealer {
  /**
   * @param purpose what the bytes are for; they open for the same purpose only.
   * @param aad what they are bound to beside, such as a run; they open with the same only.
   * @returns text that may travel in messages.
   */
  seal(tenant: string, purpose: string, aad: string, bytes: Uint8Array): Promise<string>;
  /** Rejects when `sealed` was changed, or is of another tenant, purpose or `aad`. */
  open(tenant: string, purpose: string, aad: string, sealed: string): Promise<Uint8Array>;
}
