/** The data key that is wrapped. A key unwraps only for the label it was wrapped for. */
export interface KeyLabel {
  readonly tenant: string;
  readonly version: number;
}

/** The master key, in a file, an HSM or a key management service. Only it can unwrap stored data keys. */
export interface KeyService {
  /** A public name of the master key, stored beside each key that it wrapped. */
  readonly id: string;
  wrap(key: Uint8Array, label: KeyLabel): Promise<Uint8Array>;
  /** @throws LlmosError UNAVAILABLE if this master key did not wrap it for this label, or cannot be reached. */
  unwrap(wrapped: Uint8Array, label: KeyLabel): Promise<Uint8Array>;
}

/** Wraps a data key with another master key. The data key, and everything it sealed, stays the same. */
export async function rewrap(
  wrapped: Uint8Array,
  label: KeyLabel,
  from: KeyService,
  to: KeyService,
): Promise<Uint8Array> {
  const key = await from.unwrap(wrapped, label);
  try {
    return await to.wrap(key, label);
  } finally {
    key.fill(0);
  }
}
