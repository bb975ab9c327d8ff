/** Whose key is wrapped; what was wrapped for one does not unwrap for another. */
export interface KeyLabel {
  readonly tenant: string;
  readonly version: number;
}

/**
 * The master key, wherever it is: in a file, in an HSM, in a key management service. It alone turns a stored data key
 * into one that can be used.
 */
export interface KeyService {
  /** Names the master key without giving it away; stored beside what it wrapped. */
  readonly id: string;
  wrap(key: Uint8Array, label: KeyLabel): Promise<Uint8Array>;
  /** @throws LlmosError UNAVAILABLE when this master key did not wrap it for this label, or cannot be reached. */
  unwrap(wrapped: Uint8Array, label: KeyLabel): Promise<Uint8Array>;
}

/** Moves a data key from one master key to another; the data key, and so all that it sealed, stays as it is. */
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
