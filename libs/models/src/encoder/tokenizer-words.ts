import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const tokenizerSchema = z.object({ model: z.object({ vocab: z.record(z.string(), z.number()) }) });
const WORD = /^[a-z]{3,}$/;

/** The lower-case words that a WordPiece tokenizer knows whole: common words, correctly spelt. */
export async function readTokenizerWords(path: string): Promise<ReadonlySet<string>> {
  const { model } = tokenizerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  return new Set(Object.keys(model.vocab).filter((token) => WORD.test(token)));
}
