import { createHash } from 'node:crypto';
import type { TextEmbeddingValue } from '@llmos/contracts';

const FLOAT_BYTES = 4;

/** Packs a vector for later steps, so that each text of a run is embedded once. */
export function carryEmbedding(model: string, text: string, vector: Float32Array): TextEmbeddingValue {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  vector.forEach((value, at) => bytes.writeFloatLE(value, at * FLOAT_BYTES));
  return { model, of: hashOf(text), vector: bytes.toString('base64') };
}

/**
 * The vector that an earlier step computed for this text with this model; undefined if it is of another, or broken.
 */
export function carriedVector(
  value: TextEmbeddingValue | undefined,
  model: string,
  text: string,
): Float32Array | undefined {
  if (value?.model !== model || value.of !== hashOf(text)) return undefined;
  const bytes = Buffer.from(value.vector, 'base64');
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return undefined;
  const vector = Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, at) =>
    bytes.readFloatLE(at * FLOAT_BYTES),
  );
  const length = Math.hypot(...vector);
  return Math.abs(length - 1) < 1e-3 ? vector : undefined;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
