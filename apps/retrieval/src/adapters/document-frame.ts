import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import type { StoredDocument } from '../ports/document-store.port.js';

const headerSchema = z.object({
  title: z.string(),
  text: z.string(),
  intents: z.array(z.string()),
  source: z.enum(['caller', 'folder']),
  origin: z.object({ source: z.string(), collection: z.string().optional() }).optional(),
  hash: z.string(),
  embedding: z.string(),
  /** The number of vectors that follow, and the length of each. */
  vectors: z.number().int().nonnegative(),
  dimensions: z.number().int().nonnegative(),
  /** The lengths of the tokens' codes of each text, which follow the vectors. */
  tokens: z.array(z.number().int().nonnegative()).default([]),
});

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * A document as bytes, little-endian: length of the header as u32, the header as JSON, the vectors as float32, the codes
 * of the tokens as int8.
 */
export function encodeDocument(document: StoredDocument): Uint8Array {
  const { vectors, tokens, ...rest } = document;
  const dimensions = vectors[0]?.length ?? 0;
  const lengths = tokens.map(({ length }) => length);
  const header = Buffer.from(JSON.stringify({ ...rest, vectors: vectors.length, dimensions, tokens: lengths }));
  const frame = Buffer.alloc(4 + header.length + vectors.length * dimensions * FLOAT_BYTES + sumOf(lengths));
  frame.writeUInt32LE(header.length);
  header.copy(frame, 4);
  let at = 4 + header.length;
  for (const vector of vectors) for (const value of vector) at = frame.writeFloatLE(value, at);
  for (const codes of tokens) {
    frame.set(new Uint8Array(codes.buffer, codes.byteOffset, codes.length), at);
    at += codes.length;
  }
  return frame;
}

/** @throws LlmosError INTERNAL if the bytes are not a document. */
export function decodeDocument(bytes: Uint8Array): StoredDocument {
  try {
    const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 4 + frame.readUInt32LE();
    const {
      vectors: count,
      dimensions,
      tokens: lengths,
      ...rest
    } = headerSchema.parse(JSON.parse(frame.toString('utf8', 4, start)));
    let at = start + count * dimensions * FLOAT_BYTES;
    if (frame.length !== at + sumOf(lengths)) throw new RangeError('the frame is cut off');
    return {
      ...rest,
      vectors: Array.from({ length: count }, (_, n) =>
        readVector(frame, start + n * dimensions * FLOAT_BYTES, dimensions),
      ),
      // Copies: the frame itself is not to be kept.
      tokens: lengths.map((length) => new Int8Array(frame.subarray(at, (at += length)))),
    };
  } catch (cause) {
    throw new LlmosError('INTERNAL', 'A stored document cannot be read. Upsert it again.', { cause });
  }
}

function readVector(frame: Buffer, start: number, dimensions: number): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, i) => frame.readFloatLE(start + i * FLOAT_BYTES));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
