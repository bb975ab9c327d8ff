import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import { initializers, type TensorBytes } from './onnx-initializers.js';

const MAGIC = 'LRU1';

const headerSchema = z.object({
  updates: z
    .array(
      z.object({
        /** The name of the int8 matrix without its `_q`. */
        matrix: z.string(),
        rows: z.number().int().positive(),
        columns: z.number().int().positive(),
      }),
    )
    .max(1_000),
  rank: z.number().int().positive().max(256),
});

/**
 * Applies a low-rank update (LoRA, Hu et al. 2021) to an ONNX model whose matrices are stored as int8 with a scale per
 * column: W becomes W + A·B, and is rounded to int8 anew. The file on disk stays as it was checked; a task's own
 * encoder costs a megabyte instead of a second model.
 *
 * @param model the model's bytes; changed in place and returned
 * @param update `LRU1`, a uint32 length, a JSON header, then A and B of each matrix as float16, little-endian
 * @throws LlmosError INVALID_ARGUMENT when the update is cut, or names a matrix that the model lacks or has in another shape.
 */
export function withLowRankUpdate(model: Uint8Array, update: Uint8Array): Uint8Array {
  const view = new DataView(update.buffer, update.byteOffset, update.byteLength);
  if (update.length < 8 || Buffer.from(update.subarray(0, 4)).toString('latin1') !== MAGIC) throw broken('its start');
  const bodyAt = 8 + view.getUint32(4, true);
  const { rank, updates } = readHeader(update.subarray(8, bodyAt));
  const tensors = initializers(model);
  let at = bodyAt;
  for (const { matrix, rows, columns } of updates) {
    if (at + 2 * rank * (rows + columns) > update.length) throw broken(`the matrices of ${matrix}, which are cut`);
    const down = halves(view, at, rows * rank);
    const up = halves(view, at + 2 * rows * rank, rank * columns);
    at += 2 * rank * (rows + columns);
    addProduct(tensorOf(tensors, `${matrix}_q`, rows * columns), tensorOf(tensors, `${matrix}_scale`, 4 * columns), {
      down,
      up,
      rank,
      columns,
    });
  }
  return model;
}

function readHeader(bytes: Uint8Array): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw broken('its header', cause);
  }
}

function tensorOf(tensors: ReadonlyMap<string, TensorBytes>, name: string, sizeBytes: number): Uint8Array {
  const found = tensors.get(name);
  if (found?.length === sizeBytes) return found;
  throw broken(`the matrix ${name}, which the model ${found ? 'has in another shape' : 'does not have'}`);
}

interface Product {
  readonly down: Float32Array;
  readonly up: Float32Array;
  readonly rank: number;
  readonly columns: number;
}

function addProduct(codeBytes: Uint8Array, scaleBytes: Uint8Array, { down, up, rank, columns }: Product): void {
  const codes = new Int8Array(codeBytes.buffer, codeBytes.byteOffset, codeBytes.length);
  const scales = new DataView(scaleBytes.buffer, scaleBytes.byteOffset, scaleBytes.length);
  const before = Float32Array.from({ length: columns }, (_, column) => scales.getFloat32(4 * column, true));
  const weights = Float32Array.from(codes, (code, index) => code * (before[index % columns] ?? 0));
  for (let row = 0; row < weights.length / columns; row++) {
    for (let inner = 0; inner < rank; inner++) {
      const factor = down[row * rank + inner] ?? 0;
      for (let column = 0; column < columns; column++)
        weights[row * columns + column]! += factor * up[inner * columns + column]!;
    }
  }
  const largest = new Float32Array(columns);
  weights.forEach((weight, index) => {
    largest[index % columns] = Math.max(largest[index % columns] ?? 0, Math.abs(weight));
  });
  const after = largest.map((value) => (value || 1) / 127);
  after.forEach((scale, column) => scales.setFloat32(4 * column, scale, true));
  weights.forEach((weight, index) => (codes[index] = Math.round(weight / (after[index % columns] ?? 1))));
}

/** IEEE 754 half-precision numbers. */
function halves(view: DataView, from: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => half(view.getUint16(from + 2 * at, true)));
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) throw broken('a number that is not finite');
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

function broken(what: string, cause?: unknown): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', `The weight update cannot be used because of ${what}.`, { cause });
}
