const STREAMINFO_AT = 8;
const STREAMINFO_BYTES = 34;

/**
 * The samples per channel that a FLAC file declares; 0 if its encoder did not know, undefined if the file is too short
 * or is not bare FLAC.
 * @see RFC 9639, section 8.2
 */
export function flacFrames(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0x66 || bytes.length < STREAMINFO_AT + STREAMINFO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + STREAMINFO_AT, STREAMINFO_BYTES);
  return (view.getUint8(13) & 0x0f) * 2 ** 32 + view.getUint32(14, false);
}
