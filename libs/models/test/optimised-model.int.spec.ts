import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { EncoderPool, type EncoderPoolOptions } from '../src/index.js';
import { verifyOptimised } from '../src/encoder/optimised-files.js';
import { minilmFiles } from './minilm.fixture.js';

const TEXTS = ['where is my card?', 'The parcel left the warehouse on Monday. '.repeat(40), ''];
const UPDATE = join(import.meta.dirname, '../../../apps/analysis/model/sentiment-encoder.safetensors');

let files: { model: string; tokenizer: string };
let folder: string;
beforeAll(async () => {
  files = await minilmFiles();
}, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-optimised-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function vectorsOf(options: Partial<EncoderPoolOptions> = {}): Promise<Float32Array[]> {
  const embedder = await EncoderPool.start({ ...files, ...options });
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

/** The number of mappings of weights in this process, over all sessions. */
const mappings = () => readFileSync('/proc/self/maps', 'utf8').split(folder).length - 1;
/** Only Linux lists the mappings of a process in /proc; the vectors of each start are tested on every system. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('An optimised model', () => {
  it.each([
    ['the model', undefined],
    ['a model with an update', UPDATE],
  ])('gives the vectors of %s, to the bit, when it is made and when it exists', async (_, update) => {
    const own = await vectorsOf({ update });
    await expect(vectorsOf({ update, optimised: folder })).resolves.toEqual(own);
    const made = await stat(kept('weights.bin')[0]!);
    await expect(vectorsOf({ update, optimised: folder })).resolves.toEqual(own);
    expect(await stat(kept('weights.bin')[0]!)).toMatchObject({ ino: made.ino, mtimeMs: made.mtimeMs });
  });

  onLinux(
    'is made once for concurrent starts, replaces the draft of a killed process, and is mapped by each session',
    async () => {
      const first = await EncoderPool.start({ ...files, optimised: folder });
      const alone = mappings();
      await first.close();
      const [place] = kept('model.onnx').map((path) => dirname(path));
      await rename(place!, `${place}.draft`);
      await mkdir(place!);
      await writeFile(join(place!, 'weights.bin'), '');
      const embedders = await Promise.all(
        [1, 2, 3].map(() => EncoderPool.start({ ...files, optimised: folder, workers: 2 })),
      );
      expect(mappings()).toBeGreaterThan(5 * alone);
      await Promise.all(embedders.map((embedder) => embedder.close()));
      expect(readdirSync(dirname(place!))).toEqual([basename(place!)]);
      expect(readdirSync(place!).sort()).toEqual(['model.onnx', 'sha256.json', 'weights.bin']);
    },
  );

  it('is readable for other users of the machine, and read-only', async () => {
    await vectorsOf({ optimised: folder });
    const [graph, weights] = [kept('model.onnx')[0]!, kept('weights.bin')[0]!];
    for (const path of [graph, weights]) expect((await stat(path)).mode & 0o777).toBe(0o444);
    expect((await stat(dirname(graph))).mode & 0o055).toBe(0o055 & ~process.umask());
  });

  it('is verified by the hashes of its creation', async () => {
    await vectorsOf({ optimised: folder });
    const weights = kept('weights.bin')[0]!;
    expect([...(await verifyOptimised(folder)).values()]).toEqual([true, true]);
    await chmod(weights, 0o644);
    const file = await open(weights, 'r+');
    await file.write(Buffer.alloc(100), 0, 100, 60_000_000);
    await file.close();
    expect((await verifyOptimised(folder)).get(relative(folder, weights))).toBe(false);
  });

  it('is a separate one for each update', async () => {
    await vectorsOf({ optimised: folder });
    await vectorsOf({ optimised: folder, update: UPDATE });
    expect(kept('weights.bin')).toHaveLength(2);
  });

  it('is made again if it is broken', async () => {
    const own = await vectorsOf({ optimised: folder });
    const weights = kept('weights.bin')[0]!;
    const { size } = await stat(weights);
    await chmod(weights, 0o644);
    await truncate(weights, 1_000_000);
    await expect(vectorsOf({ optimised: folder })).resolves.toEqual(own);
    expect((await stat(weights)).size).toBe(size);
  });

  it('is not used if it cannot be stored', async () => {
    const place = join(folder, 'a file');
    await writeFile(place, '');
    await expect(vectorsOf({ optimised: place })).resolves.toEqual(await vectorsOf());
    expect(existsSync(place)).toBe(true);
  });

  it('does not hide a missing model or update', async () => {
    const absent = join(folder, 'absent.onnx');
    for (const options of [{ model: absent }, { update: absent }])
      await expect(vectorsOf({ ...options, optimised: folder })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(options.model ?? files.model) as string,
      });
  });
});
