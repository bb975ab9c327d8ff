import { createCipheriv, createDecipheriv } from 'node:crypto';

/** The nonce of the envelope has 96 bits (NIST SP 800-38D, 8.2.2, random nonces). */
export const NONCE_BYTES = 12;
/** The tag of the envelope has 128 bits; shorter tags are refused. */
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;

const ALGORITHM = 'aes-256-gcm';
const NOTHING = new Uint8Array();

export interface GcmParts {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

/** AES-256-GCM with a given nonce, so that tests can use published vectors. Returns `head` ‖ ciphertext ‖ tag. */
export function gcmSeal({ key, nonce, aad }: GcmParts, plain: Uint8Array, head: Uint8Array = NOTHING): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  // The tag exists only after `final`.
  return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if the tag is wrong; no plain text is returned then. */
export function gcmOpen({ key, nonce, aad }: GcmParts, sealed: Uint8Array): Buffer {
  if (sealed.length < TAG_BYTES) throw new RangeError('shorter than its tag');
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  // Checks the tag; in GCM it returns no further text.
  decipher.final();
  return plain;
}
