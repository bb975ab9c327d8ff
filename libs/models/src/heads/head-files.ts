import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import { Safetensors } from './safetensors.js';

/** The part of a head's description that names its weights file and pins its content. */
export const weightsFileSchema = z.object({
  file: z.string().regex(/^[\w.-]+$/),
  sizeBytes: z.number().int(),
  sha256: z.string().length(64),
});
export type WeightsFile = z.output<typeof weightsFileSchema>;

interface Described {
  readonly bin: Pick<WeightsFile, 'file' | 'sha256'>;
}

/** A trained head in the repository: a description in JSON, and beside it the weights file that it names. */
export interface HeadFilePair<D extends Described> {
  readonly description: D;
  /** The bytes of the weights file. */
  readonly bin: Buffer;
}

/**
 * Reads a head's two files.
 *
 * @param parse checks the description; what it throws becomes the cause.
 * @param what such as `intent head`, for the message.
 * @throws LlmosError UNAVAILABLE if a file is missing or malformed.
 */
export async function readHeadFiles<D extends Described>(
  path: string,
  parse: (value: unknown) => D,
  what: string,
): Promise<HeadFilePair<D>> {
  try {
    const description = parse(JSON.parse(await readFile(path, 'utf8')));
    return { description, bin: await readFile(join(dirname(path), description.bin.file)) };
  } catch (cause) {
    const message = `The ${what} could not be read from ${path}. Restore its files or train again.`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}

/** Writes both files; the description last, so that a reader never finds it without its weights. */
export async function writeHeadFiles<D extends Described>(
  path: string,
  { description, bin }: HeadFilePair<D>,
): Promise<void> {
  await writeFile(join(dirname(path), description.bin.file), bin);
  await writeFile(path, `${JSON.stringify(description, null, 2)}\n`);
}

/** The entry of a weights file in its description. */
export function weightsFileOf(file: string, bin: Uint8Array): WeightsFile {
  return { file, sizeBytes: bin.length, sha256: hash('sha256', bin) };
}

/** Refuses bytes that are not those the description pins. @throws LlmosError UNAVAILABLE naming both hashes. */
export function checkWeights({ description, bin }: HeadFilePair<Described>, what: string): void {
  const found = hash('sha256', bin);
  const { file, sha256 } = description.bin;
  if (found === sha256) return;
  const message = `The ${what} ${file} has sha256 ${found}, expected ${sha256}. Restore it or train again.`;
  throw new LlmosError('UNAVAILABLE', message);
}

/**
 * The tensors of a head's weights file, checked against its description.
 *
 * @param decode makes the weights of them; what it throws becomes the cause.
 * @throws LlmosError UNAVAILABLE if the bytes are not those described, or lack a tensor.
 */
export function decodeWeights<W>(pair: HeadFilePair<Described>, what: string, decode: (tensors: Safetensors) => W): W {
  checkWeights(pair, what);
  try {
    return decode(Safetensors.decode(pair.bin));
  } catch (cause) {
    const message = `The ${what} ${pair.description.bin.file} cannot be used: ${String(cause)}. Train again.`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}
