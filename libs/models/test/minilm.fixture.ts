import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelStore } from '../src/index.js';

const root = resolve(import.meta.dirname, '../../..');

/** A folder shared by the test runs of this user: another user of the machine could not write into it. */
export const testHome = join(tmpdir(), `llmos-test-home-${process.getuid?.() ?? 'own'}`);

/** The real MiniLM, fetched once into {@link testHome}. */
export async function minilmFiles(): Promise<{ model: string; tokenizer: string; graph: string }> {
  const store = await ModelStore.open({ home: testHome, catalogPath: join(root, 'deploy/models.yaml') });
  const { model = '', tokenizer = '', graph = '' } = await store.ensure('minilm');
  return { model, tokenizer, graph };
}
