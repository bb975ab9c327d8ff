import type { DeadLetterGuard } from './dead-letters.js';

/** Seals what the bus stores for a tenant. Sealed bytes open only for the same tenant under the same name. */
export interface Sealer {
  seal(tenant: string, name: string, body: Uint8Array): Promise<Uint8Array>;
  /** Bytes that were stored without a seal are returned as they are. */
  open(tenant: string, name: string, body: Uint8Array): Promise<Uint8Array>;
}

/** The sealer for each kind of data that the bus stores. A kind without a sealer is stored in the clear. */
export interface Sealers {
  /** Large payloads, each under its own name. */
  readonly blobs?: Sealer;
  /** Inputs of schedules, under the name of their pipeline. */
  readonly schedules?: Sealer;
  readonly deadLetters?: DeadLetterGuard;
}
