import { LlmosError } from '@llmos/contracts';
import { itemSchema } from '@llmos/contracts/capabilities/recommender';
import { z } from 'zod';
import { isDeleted, type ItemEntry } from '../ports/item-store.port.js';

const deletedSchema = z.object({ id: z.string(), deleted: z.literal(true), wasDescribed: z.boolean() });
const headerSchema = itemSchema.extend({ embedding: z.string().optional() });
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Encodes an item: u32 length of the header, the header as JSON, the vector as float32; little-endian. */
export function encodeItem(entry: ItemEntry): Uint8Array {
  const { vector, ...rest } = isDeleted(entry) ? { ...entry, vector: undefined } : entry;
  const header = Buffer.from(JSON.stringify(rest));
  const frame = Buffer.alloc(4 + header.length + (vector?.length ?? 0) * FLOAT_BYTES);
  frame.writeUInt32LE(header.length);
  header.copy(frame, 4);
  vector?.forEach((value, n) => frame.writeFloatLE(value, 4 + header.length + n * FLOAT_BYTES));
  return frame;
}

/** @throws LlmosError INTERNAL if the bytes are not an item. */
export function decodeItem(bytes: Uint8Array): ItemEntry {
  try {
    const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 4 + frame.readUInt32LE();
    const header = z.union([deletedSchema, headerSchema]).parse(JSON.parse(frame.toString('utf8', 4, start)));
    const length = (frame.length - start) / FLOAT_BYTES;
    if (!Number.isInteger(length) || length < 0) throw new RangeError('the frame is cut off');
    if (length === 0 || isDeleted(header)) return header;
    return { ...header, vector: Float32Array.from({ length }, (_, n) => frame.readFloatLE(start + n * FLOAT_BYTES)) };
  } catch (cause) {
    throw new LlmosError('INTERNAL', 'A stored item cannot be read. Upsert it again.', { cause });
  }
}
