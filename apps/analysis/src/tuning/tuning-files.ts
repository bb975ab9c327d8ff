import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import type { UpdateLayout } from './update-layout.js';

const MODEL_FOLDER = new URL('../../model/', import.meta.url);

/** The graphs for fine-tuning the shared encoder, and the layout of an update. */
export interface TuningFiles {
  readonly encoderGraph: string;
  readonly gradientGraph: string;
  readonly layout: UpdateLayout;
}

const sha256 = z.string().length(64);
const size = z.number().int().positive().max(10_000);

const descriptionSchema = z.object({
  format: z.literal('llmos-tuning/1'),
  /** SHA-256 of the model whose weights fill the graphs. */
  encoder: sha256,
  rank: z.number().int().positive().max(64),
  graphs: z.object({ 'tuned-encoder': sha256, 'tuning-gradient': sha256 }),
  matrices: z
    .array(z.tuple([size, size]))
    .min(1)
    .max(1_000),
});

/** Reads the description and checks the hashes of both graphs. Rejects with `UNAVAILABLE`. */
export async function readTuningFiles(folder = MODEL_FOLDER): Promise<TuningFiles> {
  const pathOf = (name: string) => fileURLToPath(new URL(name, folder));
  try {
    const description = descriptionSchema.parse(JSON.parse(await readFile(pathOf('tuning.json'), 'utf8')));
    const { rank, matrices, graphs } = description;
    const checked = async (name: keyof typeof graphs): Promise<string> => {
      const path = pathOf(`${name}.onnx`);
      const hash = createHash('sha256').update(await readFile(path));
      if (hash.digest('hex') !== graphs[name])
        throw new RangeError(`${path} does not have the hash that tuning.json states.`);
      return path;
    };
    return {
      layout: { rank, matrices },
      encoderGraph: await checked('tuned-encoder'),
      gradientGraph: await checked('tuning-gradient'),
    };
  } catch (cause) {
    const message = `The graphs for fine-tuning could not be read from ${fileURLToPath(folder)}. Restore the files.`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}
