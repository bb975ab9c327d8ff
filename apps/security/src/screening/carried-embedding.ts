import { createHash } from 'node:crypto';
import type { TextEmbeddingValue } from '@llmos/contracts';

/** A vector for the next step that needs one of the same text. */
export function carryEmbedding(model: string, text: string, vector: Float32Array): TextEmbeddingValue {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, at) => bytes.writeFloatLE(value, at * 4));
  return { model, of: hashOf(text), vector: bytes.toString('base64') };
}

/** The vector that an earlier step made; `undefined` when it is of another text, model or length. */
export function carriedVector(
  value: TextEmbeddingValue | undefined,
  { model, text, dimensions }: { model: string; text: string; dimensions: number },
): Float32Array | undefined {
  if (value?.model !== model || value.of !== hashOf(text)) return undefined;
  const bytes = Buffer.from(value.vector, 'base64');
  if (bytes.length !== dimensions * 4) return undefined;
  const vector = Float32Array.from({ length: dimensions }, (_, at) => bytes.readFloatLE(at * 4));
  return vector.every(Number.isFinite) ? vector : undefined;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
