import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder, type EmbedderOptions } from '../src/index.js';
import { minilmFiles } from './minilm.fixture.js';

const TEXTS = ['where is my card?', 'The parcel left the warehouse on Monday. '.repeat(40), ''];
const UPDATE = join(import.meta.dirname, '../../../apps/analysis/model/sentiment-body.bin');

let files: { model: string; tokenizer: string };
let folder: string;
beforeAll(async () => {
  files = await minilmFiles();
}, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-optimised-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function vectorsOf(options: Partial<EmbedderOptions> = {}): Promise<Float32Array[]> {
  const embedder = await Embedder.start({ ...files, ...options });
  try {
    return await embedder.embed(TEXTS);
  } finally {
    await embedder.close();
  }
}

/** Every file of optimised models that `folder` holds. */
function kept(name: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => path.endsWith(name)).map((path) => join(folder, path));
}

describe('an optimised model', () => {
  it.each([
    ['the model', undefined],
    ['a model with an update', UPDATE],
  ])('gives the vectors of %s, to the bit, when it is made and when it is there', async (_, update) => {
    const own = await vectorsOf({ update });
    await expect(vectorsOf({ update, optimised: folder })).resolves.toEqual(own);
    const made = await stat(kept('weights.bin')[0]!);
    await expect(vectorsOf({ update, optimised: folder })).resolves.toEqual(own);
    expect(await stat(kept('weights.bin')[0]!)).toMatchObject({ ino: made.ino, mtimeMs: made.mtimeMs });
  });

  it('is made once by any number that ask, and nothing else is left', async () => {
    const embedders = await Promise.all(
      [1, 2, 3].map(() => Embedder.start({ ...files, optimised: folder, workers: 2 })),
    );
    await Promise.all(embedders.map((embedder) => embedder.close()));
    expect(kept('').filter((path) => /\.(onnx|bin|lock)$/.test(path))).toHaveLength(2);
    expect(readdirSync(join(folder, readdirSync(folder)[0]!))).toHaveLength(1);
  });

  it('is another one with an update', async () => {
    await vectorsOf({ optimised: folder });
    await vectorsOf({ optimised: folder, update: UPDATE });
    expect(kept('weights.bin')).toHaveLength(2);
  });

  (process.platform === 'linux' ? it : it.skip)('is mapped, not read into memory', async () => {
    const embedder = await Embedder.start({ ...files, optimised: folder });
    expect(readFileSync('/proc/self/maps', 'utf8')).toContain(kept('weights.bin')[0]);
    await embedder.close();
  });

  it('that is broken is put aside, and the next start makes it anew', async () => {
    const own = await vectorsOf({ optimised: folder });
    await truncate(kept('weights.bin')[0]!, 1_000_000);
    await expect(vectorsOf({ optimised: folder })).resolves.toEqual(own);
    expect(kept('weights.bin')).toEqual([]);
    await expect(vectorsOf({ optimised: folder })).resolves.toEqual(own);
    expect(kept('weights.bin')).toHaveLength(1);
  });

  it('is done without where it cannot be kept', async () => {
    const place = join(folder, 'a file');
    await writeFile(place, '');
    await expect(vectorsOf({ optimised: place })).resolves.toEqual(await vectorsOf());
    expect(existsSync(place)).toBe(true);
  });
});
