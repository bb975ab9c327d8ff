import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BREAKER_RULES } from '@llmos/resilience';
import { waitFor } from '@llmos/testing';
import { CatalogEmbedder } from '../src/index.js';
import { testHome } from './minilm.fixture.js';

const place = {
  model: 'minilm',
  home: testHome,
  catalogPath: resolve(import.meta.dirname, '../../../deploy/models.yaml'),
  workers: 1,
};
const start = async (embedder: CatalogEmbedder): Promise<CatalogEmbedder> => {
  await embedder.start(() => undefined);
  return embedder;
};

describe('CatalogEmbedder', () => {
  it('refuses texts until its model is loaded', async () => {
    await expect(new CatalogEmbedder(place).embed(['hello'])).rejects.toMatchObject({ code: 'MODEL_LOADING' });
  });

  it('closes only after its model is open: the engine aborts a process that exits in between', async () => {
    const embedder = new CatalogEmbedder(place);
    let isOpen = false;
    const starting = embedder.start(() => undefined).then(() => (isOpen = true));
    await embedder.close();
    expect(isOpen).toBe(true);
    await starting;
    await expect(embedder.embed(['hello'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }, 120_000);

  it('puts before questions and passages what the catalog says for each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-prefixes-'));
    const catalogPath = join(folder, 'models.yaml');
    const shipped = await readFile(place.catalogPath, 'utf8');
    const prefixes = `queryPrefix: 'query: ', passagePrefix: 'passage: ', pooling: mean, dimensions: 384`;
    await writeFile(catalogPath, shipped.replace('pooling: mean, dimensions: 384', prefixes));
    const [prefixed, plain] = [
      await start(new CatalogEmbedder({ ...place, catalogPath })),
      await start(new CatalogEmbedder(place)),
    ];
    try {
      const question = await prefixed.embed(['where is it?'], undefined, 'query');
      const passage = await prefixed.embed(['where is it?'], undefined, 'passage');
      expect(question).toEqual(await plain.embed(['query: where is it?']));
      expect(passage).toEqual(await plain.embed(['passage: where is it?'], undefined, 'passage'));
    } finally {
      await Promise.all([prefixed.close(), plain.close()]);
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('refuses calls at once after several have failed, and lets one try again later', async () => {
    const states: string[] = [];
    let next: Promise<unknown> | undefined;
    const onStateChange = (state: string) => {
      states.push(state);
      // The first call after the failures, before the time to try again has come.
      if (state === 'open') next ??= embedder.embed(['hello']).catch((error: unknown) => error);
    };
    const breaker = { timeoutMs: 1_000, rules: { ...BREAKER_RULES, openMs: 1_000 }, events: { onStateChange } };
    const embedder = await start(new CatalogEmbedder({ ...place, breaker }));
    try {
      const tooMany = Array.from({ length: 1_000 }, () => 'The parcel left the warehouse on Monday. '.repeat(60));
      const failed = await Promise.allSettled(Array.from({ length: 6 }, () => embedder.embed(tooMany)));
      expect(failed.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
      expect(await next).toMatchObject({ code: 'UNAVAILABLE' });
      const vectors = await waitFor('a call to succeed', () => embedder.embed(['hello']).catch(() => undefined));
      expect(vectors).toHaveLength(1);
      // A try that takes longer than a call may opens it again.
      expect(states.slice(0, 2)).toEqual(['open', 'half-open']);
      expect(states.at(-1)).toBe('closed');
    } finally {
      await embedder.close();
    }
  }, 120_000);

  it('names the devices of this system when the chosen device is not among them', async () => {
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(start(new CatalogEmbedder({ ...place, device }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`'${device}' is not supported on this system. Supported: cpu`),
      ) as string,
    });
  }, 120_000);
});
