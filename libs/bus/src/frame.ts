import { LlmosError } from '@llmos/contracts';

/** The media type of a body that carries raw bytes beside its JSON. */
export const FRAME_TYPE = 'application/vnd.llmos.frame';
export const JSON_TYPE = 'application/json';

export interface EncodedBody {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Values that are nested deeper are not looked through. */
const DEEP = 50;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Encodes a value as JSON, or as a frame if it contains a Uint8Array: u32 (big endian) length of the JSON, the JSON
 * with `{"$bytes": length}` in the place of each array, then the arrays one after another.
 */
export function encodeBody(value: unknown): EncodedBody {
  // With a function for each item, JSON.stringify is several times slower.
  if (!mayHoldBytes(value)) return { contentType: JSON_TYPE, body: encoder.encode(JSON.stringify(value)) };
  const chunks: Uint8Array[] = [];
  // Read from the holder: a Buffer's own toJSON has already turned the item into a list of numbers.
  const json = JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
    const original = this[key];
    if (!(original instanceof Uint8Array)) return item;
    chunks.push(original);
    return { $bytes: original.length };
  });
  const head = encoder.encode(json);
  if (chunks.length === 0) return { contentType: JSON_TYPE, body: head };
  const body = new Uint8Array(4 + head.length + chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  new DataView(body.buffer).setUint32(0, head.length);
  body.set(head, 4);
  let offset = 4 + head.length;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return { contentType: FRAME_TYPE, body };
}

function mayHoldBytes(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Uint8Array || depth === DEEP) return true;
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (mayHoldBytes(item, depth + 1)) return true;
  return false;
}

/** @throws LlmosError MALFORMED_EVENT if the body does not match its content type. */
export function decodeBody(contentType: string, body: Uint8Array): unknown {
  try {
    if (contentType !== FRAME_TYPE) return JSON.parse(decoder.decode(body));
    const headLength = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(0);
    if (headLength > body.length - 4) throw new RangeError('the frame is cut off');
    let offset = 4 + headLength;
    const value: unknown = JSON.parse(decoder.decode(body.subarray(4, offset)), (_, item: unknown) => {
      const length = bytesLength(item);
      if (length === undefined) return item;
      if (offset + length > body.length) throw new RangeError('the frame is cut off');
      const chunk = body.subarray(offset, offset + length);
      offset += length;
      return chunk;
    });
    return value;
  } catch (error) {
    throw new LlmosError('MALFORMED_EVENT', `The body is not ${contentType}.`, { cause: error });
  }
}

function bytesLength(item: unknown): number | undefined {
  if (typeof item !== 'object' || item === null || !('$bytes' in item)) return undefined;
  const length = item.$bytes;
  return typeof length === 'number' && Number.isInteger(length) && length >= 0 ? length : undefined;
}
