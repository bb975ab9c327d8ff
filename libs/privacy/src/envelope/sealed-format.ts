import { LlmosError } from '@llmos/contracts';
import { NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';

/** A sealed value: the version of the tenant's key, and nonce ‖ ciphertext ‖ tag. */
export interface Sealed {
  readonly keyVersion: number;
  readonly body: Uint8Array;
}

/** No UTF-8 text or JSON begins with `ff`. The last byte is the version of the format. */
const MAGIC = Buffer.from([0xff, 0x4c, 0x53, 0x01]);
const HEADER_BYTES = MAGIC.length + 4;
const TEXT = /^v1\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]+)$/;
const MAX_VERSION = 999_999_999;

/** The error for every value that does not open. It does not reveal the reason. */
export function cannotOpen(cause?: unknown): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', 'The sealed value cannot be opened here.', { field: 'sealed', cause });
}

/**
 * The binary form: `ff 4c 53 01`, u32 (big endian) key version, nonce, ciphertext, tag. 36 bytes more than the text.
 */
export function encodeSealed({ keyVersion, body }: Sealed): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(keyVersion, MAGIC.length);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Whether bytes have the binary form. Values that were stored without encryption do not. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, at) => bytes[at] === byte);
}

/** @throws LlmosError INVALID_ARGUMENT if the bytes do not have the binary form. */
export function decodeSealed(bytes: Uint8Array): Sealed {
  if (!isSealed(bytes)) throw cannotOpen();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) throw cannotOpen();
  return checked({ keyVersion: view.getUint32(MAGIC.length), body: bytes.subarray(HEADER_BYTES) });
}

/** The text form: `v1.<key version>.<base64url of nonce, ciphertext, tag>`. */
export function encodeSealedText({ keyVersion, body }: Sealed): string {
  return `v1.${keyVersion}.${Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64url')}`;
}

/**
 * @throws LlmosError INVALID_ARGUMENT if the text does not have the form, or is not the canonical text of its bytes.
 */
export function decodeSealedText(text: string): Sealed {
  const [, version, encoded] = TEXT.exec(text) ?? [];
  if (version === undefined || encoded === undefined) throw cannotOpen();
  const body = Buffer.from(encoded, 'base64url');
  if (body.length < NONCE_BYTES + TAG_BYTES || body.toString('base64url') !== encoded) throw cannotOpen();
  return checked({ keyVersion: Number(version), body });
}

function checked(sealed: Sealed): Sealed {
  if (sealed.keyVersion < 1 || sealed.keyVersion > MAX_VERSION) throw cannotOpen();
  return sealed;
}
