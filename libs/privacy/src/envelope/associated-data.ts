/** The binding of a sealed value: it opens only with exactly the same one. */
export interface Binding {
  readonly tenant: string;
  /** The kind of value, such as `document`. */
  readonly purpose: string;
  /** Anything else that must be equal when the value is opened, such as the id of a run. */
  readonly aad?: string | undefined;
}

const DOMAIN = 'llmos.envelope.v1';

/** The associated data of AES-GCM: each part after its length (u32, big endian), so that it is unambiguous. */
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
