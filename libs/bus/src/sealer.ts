/** Seals what the bus stores for a tenant; it opens for the same tenant under the same name alone. */
export interface Sealer {
  seal(tenant: string, name: string, body: Uint8Array): Promise<Uint8Array>;
  /** Gives bytes that were stored without a seal as they are. */
  open(tenant: string, name: string, body: Uint8Array): Promise<Uint8Array>;
}
