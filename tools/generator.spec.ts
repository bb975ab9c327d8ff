import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Generator = (tree: object, options: { name: string; verb?: string; model?: string }) => Promise<unknown>;
const file = new URL('./generators/service/generator.cjs', import.meta.url).href;
const { default: generate } = (await import(file)) as { default: Generator };

const ROOT = join(import.meta.dirname, '..');
/** Reads this checkout; every write fails. */
const tree = {
  read: (path: string, encoding: 'utf8') => readFileSync(join(ROOT, path), encoding),
  write: () => {
    throw new Error('nothing may be written');
  },
};

describe('The service generator', () => {
  it.each(['Text', 'text-shout', '../text', '7up'])('refuses the name %p and writes nothing', async (name) => {
    await expect(generate(tree, { name })).rejects.toThrow(`'${name}' cannot be the name`);
    await expect(generate(tree, { name: 'text', verb: name })).rejects.toThrow(`'${name}' cannot be the verb`);
  });

  it('refuses a model that is not an embedding model and lists those of the catalog', async () => {
    await expect(generate(tree, { name: 'text', model: 'silero-vad' })).rejects.toThrow(
      /'silero-vad' is not an embedding model .* It has: minilm,/,
    );
  });
});
