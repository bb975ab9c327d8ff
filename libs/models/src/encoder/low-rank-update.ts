import { LlmosError } from '@llmos/contracts';
import { initializers, type TensorBytes } from './onnx-initializers.js';
import { Safetensors, type TensorData } from '../heads/safetensors.js';

const DOWN = '.down';

/**
 * Applies a low-rank update (LoRA, Hu et al. 2021) to an ONNX model whose matrices are stored as int8 with a scale per
 * column: W becomes W + A·B and is rounded to int8 again. The model's file stays as it was verified, and an encoder
 * for one task costs a megabyte instead of a second model.
 *
 * @param model the model's bytes; changed in place and returned
 * @param update a safetensors file with `<matrix>.down` (A: rows × rank) and `<matrix>.up` (B: rank × columns) for
 *   each
 *   matrix, which the model has as `<matrix>_q` and `<matrix>_scale`
 * @throws LlmosError INVALID_ARGUMENT if the update is cut, or names a matrix that the model lacks or has in another
 * shape.
 */
export function withLowRankUpdate(model: Uint8Array, update: Uint8Array): Uint8Array {
  const { tensors } = decode(update);
  const stored = initializers(model);
  for (const [name, { shape, data }] of tensors) {
    if (!name.endsWith(DOWN)) continue;
    const matrix = name.slice(0, -DOWN.length);
    const [down, up] = [floats(name, data), tensors.get(`${matrix}.up`)];
    const [rows = 0, rank = 0] = shape;
    const [upRank, columns = 0] = up?.shape ?? [];
    if (!up || upRank !== rank) throw broken(`the matrix ${matrix}, whose two parts do not match`);
    addProduct(tensorOf(stored, `${matrix}_q`, rows * columns), tensorOf(stored, `${matrix}_scale`, 4 * columns), {
      down,
      up: floats(`${matrix}.up`, up.data),
      rank,
      columns,
    });
  }
  return model;
}

function decode(update: Uint8Array): Safetensors {
  try {
    return Safetensors.decode(update);
  } catch (cause) {
    throw broken('its format', cause);
  }
}

function floats(name: string, data: TensorData): Float32Array {
  if (data[Symbol.toStringTag] !== 'Float32Array' || !data.every(Number.isFinite))
    throw broken(`the matrix ${name}, which is not of finite floating-point numbers`);
  return data as Float32Array;
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

function broken(what: string, cause?: unknown): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', `The weight update cannot be used because of ${what}.`, { cause });
}
