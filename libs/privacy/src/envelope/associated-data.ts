/** What a sealed value is bound to: it opens for exactly the same, and for nothing else. */
export interface Binding {
  readonly tenant: string;
  /** What the value is for, such as `document`. */
  readonly purpose: string;
  /** Anything else that must be the same on opening, such as the id of a run. */
  readonly aad?: string | undefined;
}

const DOMAIN = 'llmos.envelope.v1';

/**
 * The associated data of AES-GCM: each part behind its length (u32, big endian), so that no two bindings read the same.
 */
export function associatedData({ tenant, purpose, aad = '' }: Binding, keyVersion: number): Buffer {
  return Buffer.concat([DOMAIN, tenant, purpose, String(keyVersion), aad].map(withLength));
}

function withLength(part: string): Buffer {
  const bytes = Buffer.from(part, 'utf8');
  const framed = Buffer.allocUnsafe(4 + bytes.length);
  framed.writeUInt32BE(bytes.length);
  bytes.copy(framed, 4);
  return framed;
}
