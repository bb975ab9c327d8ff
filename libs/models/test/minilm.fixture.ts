import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelStore } from '../src/index.js';

const root = resolve(import.meta.dirname, '../../..');

/** The real MiniLM, fetched once into a folder shared by test runs. */
export async function minilmFiles(): Promise<{ model: string; tokenizer: string }> {
  const home = join(tmpdir(), 'llmos-test-home');
  const store = await ModelStore.open({ home, catalogPath: join(root, 'deploy/models.yaml') });
  const { model = '', tokenizer = '' } = await store.ensure('minilm');
  return { model, tokenizer };
}
