import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddingCache } from './embedding-cache.js';

describe('EmbeddingCache', () => {
  it('embeds each text once, within one run and between runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-cache-'));
    try {
      const asked: string[] = [];
      const embedder = {
        embed: (texts: readonly string[]) => {
          asked.push(...texts);
          return Promise.resolve(texts.map((text) => Float32Array.of(text.length, 1)));
        },
      };
      const options = { embedder, dimensions: 2, path: join(folder, 'vectors') };
      const first = await EmbeddingCache.open(options);
      expect(await first.embed(['one', 'three', 'one'])).toEqual([
        Float32Array.of(3, 1),
        Float32Array.of(5, 1),
        Float32Array.of(3, 1),
      ]);
      const second = await EmbeddingCache.open(options);
      expect(await second.embed(['four', 'three'])).toEqual([Float32Array.of(4, 1), Float32Array.of(5, 1)]);
      expect(asked).toEqual(['one', 'three', 'four']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
