import { readYaml } from '@llmos/pipeline';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const priceSchema = z.number().nonnegative();

const backendSchema = z.strictObject({
  /** A model of the catalog or, with a `url`, the model's name on that server. */
  model: z.string().min(1),
  /** A server with OpenAI's API. Without it the model runs in this process. */
  url: z.url({ protocol: /^https?$/ }).optional(),
  /** The class of its answers, 1 to 9. */
  quality: z.number().int().min(1).max(9).default(1),
  /** Tokens of prompt and answer together; by default LLMOS_GENERATION_CONTEXT here, and any number on a server. */
  contextTokens: z.number().int().min(64).max(10_000_000).optional(),
  /** Of a million tokens, in one currency for all. */
  price: z.strictObject({ input: priceSchema, output: priceSchema }).default({ input: 0, output: 0 }),
  /** Whether it phrases grounded answers; by default as LLMOS_GENERATION_PHRASING says. */
  phrasing: z.boolean().optional(),
});
export type BackendEntry = z.output<typeof backendSchema>;

const fileSchema = z
  .strictObject({ backends: z.array(backendSchema).min(1).max(16) })
  .refine(({ backends }) => new Set(backends.map(({ model }) => model)).size === backends.length, {
    path: ['backends'],
    message: 'backends: two have the same model',
  });

/**
 * Reads which language models answers may be asked of.
 *
 * @throws Error if the file cannot be read; YamlFileError with a line for each fault.
 */
export function readBackendsFile(path: string): readonly BackendEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return readYaml(text, path, fileSchema).backends;
}
