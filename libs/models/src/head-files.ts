import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';

/** A small trained head as it lies in the repository: a description in JSON, and beside it the numbers it names. */
export interface HeadFilePair<D extends { readonly bin: { readonly file: string } }> {
  readonly description: D;
  readonly bin: Buffer;
}

/**
 * Reads a head's two files.
 *
 * @param parse checks the description; what it throws becomes the cause.
 * @param what such as `intent head`, for the message.
 * @throws LlmosError UNAVAILABLE when a file is missing or malformed.
 */
export async function readHeadFiles<D extends { readonly bin: { readonly file: string } }>(
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

/** Writes both files; the description last, so that a reader never finds one without the other. */
export async function writeHeadFiles<D extends { readonly bin: { readonly file: string } }>(
  path: string,
  { description, bin }: HeadFilePair<D>,
): Promise<void> {
  await writeFile(join(dirname(path), description.bin.file), bin);
  await writeFile(path, `${JSON.stringify(description, null, 2)}\n`);
}
