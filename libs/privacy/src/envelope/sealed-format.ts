import { LlmosError } from '@llmos/contracts';
import { NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';

/** A sealed value in its parts: which version of the tenant's key, and nonce ‖ ciphertext ‖ tag. */
export interface Sealed {
  readonly keyVersion: number;
  readonly body: Uint8Array;
}

/** `ff` opens no UTF-8 text and no JSON; the last byte is the version of the format. */
const MAGIC = Buffer.from([0xff, 0x4c, 0x53, 0x01]);
const HEADER_BYTES = MAGIC.length + 4;
const TEXT = /^v1\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]+)$/;
const MAX_VERSION = 999_999_999;

/** The one thing that is said of a value that does not open, whatever the reason. */
export function cannotOpen(cause?: unknown): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', 'The sealed value cannot be opened here.', { field: 'sealed', cause });
}

/** The binary form: `ff 4c 53 01`, u32 (big endian) key version, nonce, ciphertext, tag: 36 bytes more than the text. */
export function encodeSealed({ keyVersion, body }: Sealed): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(keyVersion, MAGIC.length);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Whether bytes are in the binary form; what was stored before there was encryption is not. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, at) => bytes[at] === byte);
}

/** @throws LlmosError INVALID_ARGUMENT when the bytes are not in the binary form. */
export function decodeSealed(bytes: Uint8Array): Sealed {
  if (!isSealed(bytes)) throw cannotOpen();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) throw cannotOpen();
  return checked({ keyVersion: view.getUint32(MAGIC.length), body: bytes.subarray(HEADER_BYTES) });
}

/** The form as text: `v1.<key version>.<base64url of nonce, ciphertext, tag>`. */
export function encodeSealedText({ keyVersion, body }: Sealed): string {
  return `v1.${keyVersion}.${Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64url')}`;
}

/** @throws LlmosError INVALID_ARGUMENT when the text is not in the form, or not the one way to write these bytes. */
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
