import { createCipheriv, createDecipheriv } from 'node:crypto';

/** The one nonce length of the envelope: 96 bits (NIST SP 800-38D, 8.2.2, random nonces). */
export const NONCE_BYTES = 12;
/** The one tag length of the envelope: nothing shorter is taken. */
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;

const ALGORITHM = 'aes-256-gcm';
const NOTHING = new Uint8Array();

export interface GcmParts {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * AES-256-GCM as the envelope uses it, nonce given: tests check it against published vectors. Returns ciphertext ‖ tag,
 * with `head` before them.
 */
export function gcmSeal({ key, nonce, aad }: GcmParts, plain: Uint8Array, head: Uint8Array = NOTHING): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  // In this order: the tag is known when the rest is done.
  return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when the tag does not fit; nothing of the text is given out then. */
export function gcmOpen({ key, nonce, aad }: GcmParts, sealed: Uint8Array): Buffer {
  if (sealed.length < TAG_BYTES) throw new RangeError('shorter than its tag');
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  // Checks the tag; GCM keeps nothing back for the end.
  decipher.final();
  return plain;
}
