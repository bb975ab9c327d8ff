import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BREAKER_RULES } from '@llmos/resilience';
import { startNatsServer, startServiceProcess } from '@llmos/testing';
import { QdrantClient } from '@qdrant/js-client-rest';
import { QdrantVectorIndex, type QdrantOptions } from '../src/adapters/qdrant-vector.index.adapter.js';
import { startQdrantProtocol, type QdrantProtocol } from './fixtures/qdrant-protocol.js';
import { describeVectorIndex } from './fixtures/vector-index.contract.js';
import { InMemoryDocumentStore } from './fixtures/in-memory-document.store.js';
import { startReplica } from './fixtures/replica.js';
import { WordEmbeddings } from './fixtures/word-embeddings.js';

/** A real Qdrant whose collections of this test may be deleted. */
const REAL = process.env['LLMOS_TEST_QDRANT_URL'];
const limits = { timeoutMs: 5_000, retryMs: 10, onTrouble: () => undefined };
const refOf = (id: string, tenant = 'acme') => ({ tenant, id });
const vector = (...values: number[]) => Float32Array.from(values);

let server: QdrantProtocol;
let collections = 0;
beforeAll(async () => {
  server = await startQdrantProtocol();
});
afterAll(() => server.close());

const open = (options: Partial<QdrantOptions> = {}) =>
  new QdrantVectorIndex({ url: server.url, collection: `test-${++collections}`, ...limits, ...options });

describeVectorIndex('Qdrant (its protocol)', () => Promise.resolve(open()));

const describeReal = REAL ? describe : describe.skip;
describeReal('with a real server', () => {
  const made: string[] = [];
  afterAll(async () => {
    const client = new QdrantClient({ url: REAL!, checkCompatibility: false });
    for (const { name } of (await client.getCollections()).collections)
      if (made.some((collection) => name.startsWith(`${collection}-`))) await client.deleteCollection(name);
  });
  describeVectorIndex('Qdrant', () => {
    const collection = `llmos-test-${process.pid}-${++collections}`;
    made.push(collection);
    return Promise.resolve(open({ url: REAL!, collection }));
  });
});

describe('QdrantVectorIndex', () => {
  it('names the tenant in every point and in every request for points but the one at the start', async () => {
    const index = open({ apiKey: 'secret' });
    const from = server.seen.length;
    await index.set(refOf('a'), [vector(1, 0), vector(0, 1)], 'v1');
    await index.set(refOf('a'), [vector(1, 0)], 'v2');
    await index.compare(vector(1, 0), 'acme');
    await index.delete(refOf('a'));
    const seen = server.seen.slice(from);
    for (const { apiKey } of seen) expect(apiKey).toBe('secret');
    const filtered = seen.filter(
      ({ route, body }) => route.startsWith('POST') && body.filter && !route.endsWith('scroll'),
    );
    expect(filtered.map(({ route }) => route.split('/').at(-1))).toEqual(['groups', 'query', 'delete']);
    for (const { body } of filtered)
      expect(body.filter!.must).toContainEqual({ key: 'tenant', match: { value: 'acme' } });
    const written = seen
      .filter(({ route }) => route === 'PUT /collections/:name/points')
      .flatMap(({ body }) => body.points!);
    expect(written).toHaveLength(3);
    for (const point of written) expect(point).toMatchObject({ payload: { tenant: 'acme', document: 'a' } });
  });

  it('sends no text of a document', async () => {
    const { service } = await startReplica(new InMemoryDocumentStore(), new WordEmbeddings(), undefined, open());
    const from = server.seen.length;
    const document = { id: 'hours', title: 'Opening hours', text: 'Confidential: from eight to twenty.', intents: [] };
    await service.upsert({ document }, { tenant: 'acme' });
    expect(JSON.stringify(server.seen.slice(from))).not.toContain('Confidential');
  });

  it('writes nothing again that it has from an earlier process, and deletes what the store no longer has', async () => {
    const collection = 'kept';
    const first = open({ collection });
    await first.set(refOf('a'), [vector(1, 0)], 'v1');
    await first.set(refOf('b'), [vector(1, 0), vector(0, 1)], 'v1');
    await first.set(refOf('gone'), [vector(0, 1)], 'v1');
    first.close();
    const next = open({ collection });
    const from = server.seen.length;
    await next.open();
    await next.set(refOf('a'), [vector(1, 0)], 'v1');
    await next.set(refOf('b'), [vector(0, 1)], 'v2');
    await next.settle();
    const writes = server.seen.slice(from).filter(({ route }) => route.endsWith('/points'));
    expect(writes.flatMap(({ body }) => body.points!)).toEqual([
      expect.objectContaining({ payload: expect.objectContaining({ document: 'b' }) as unknown }),
    ]);
    const left = server
      .points()
      .filter(
        ({ payload }) => payload['tenant'] === 'acme' && ['a', 'b', 'gone'].includes(String(payload['document'])),
      );
    expect((await next.compare(vector(0, 1), 'acme')).refs.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(left.filter(({ payload }) => payload['document'] === 'gone')).toEqual([]);
  });

  it('ignores points of documents that it was never told of', async () => {
    const collection = 'shared-by-two';
    await open({ collection }).set(refOf('foreign'), [vector(1, 0)], 'v1');
    const index = open({ collection });
    await index.set(refOf('own'), [vector(0, 1)], 'v1');
    expect((await index.compare(vector(1, 0), 'acme')).refs.map(({ id }) => id)).toEqual(['own']);
  });

  it('refuses searches while the server is away, writes when it is back, and names the setting', async () => {
    const troubles: unknown[] = [];
    const index = open({ onTrouble: (error) => troubles.push(error) });
    await index.set(refOf('a'), [vector(1, 0)], 'v1');
    server.down = true;
    await expect(index.compare(vector(1, 0), 'acme')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('LLMOS_RETRIEVAL_QDRANT_URL') as string,
    });
    await expect(index.open()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    let isWritten = false;
    const writing = index.set(refOf('b'), [vector(0, 1)], 'v1').then(() => (isWritten = true));
    while (troubles.length < 2) await pause(1);
    expect(isWritten).toBe(false);
    server.down = false;
    await writing;
    expect((await index.compare(vector(0, 1), 'acme')).refs).toHaveLength(2);
  });

  it('asks a server that has failed again and again no more, and says when to ask again', async () => {
    const index = open({ breaker: { name: 'qdrant', rules: { ...BREAKER_RULES, openMs: 60_000 } } });
    await index.set(refOf('a'), [vector(1, 0)], 'v1');
    const search = () => index.compare(vector(1, 0), 'acme');
    server.down = true;
    for (let n = 0; n < 10; n++) await expect(search()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.down = false;
    const from = server.seen.length;
    await expect(search()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterSeconds: expect.any(Number) as number,
    });
    expect(server.seen.length).toBe(from);
  });

  it('gives up a write when it is closed', async () => {
    const index = open();
    server.down = true;
    const writing = index.set(refOf('a'), [vector(1, 0)], 'v1');
    index.close();
    await expect(writing).rejects.toThrow();
    server.down = false;
  });

  it('serves searches of the whole service: by meaning, by words, changed and deleted', async () => {
    const acme = { tenant: 'acme' };
    const { service } = await startReplica(new InMemoryDocumentStore(), new WordEmbeddings(), undefined, open());
    for (let n = 0; n < 80; n++)
      await service.upsert(
        {
          document: {
            id: `d${n}`,
            title: `Subject ${n}`,
            text: `We speak of subject number ${n} at length.`,
            intents: [],
          },
        },
        acme,
      );
    const hours = { id: 'hours', title: 'Opening hours', text: 'We answer from eight to twenty.', intents: [] };
    await service.upsert({ document: hours }, acme);
    const find = async (query: string) => await service.search({ query, limit: 5 }, acme);
    const found = await find('what are the opening hours');
    expect(found.passages[0]?.document).toBe('hours');
    expect(found.documents).toBe(81);
    const chosen = await service.search({ query: 'We speak of subject number 7', limit: 5, chosen: 'hours' }, acme);
    expect(new Set(chosen.passages.map(({ document }) => document))).toEqual(new Set(['hours']));
    expect(await service.search({ query: 'opening hours', limit: 5 }, { tenant: 'rival' })).toMatchObject({
      passages: [],
    });
    await service.upsert({ document: { ...hours, text: 'Closed today.' } }, acme);
    expect((await find('what are the opening hours')).passages[0]?.text).toContain('Closed today.');
    await service.delete({ id: 'hours' }, acme);
    expect((await find('what are the opening hours')).passages.map(({ document }) => document)).not.toContain('hours');
  });
});

describe('The retrieval service as a process with LLMOS_RETRIEVAL_QDRANT_URL', () => {
  it('is ready when its documents are in Qdrant, under their tenant', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-qdrant-'));
    const article = '---\nid: pin\ntitle: Choosing a PIN\nintents: []\n---\nYou choose the PIN in the app.\n';
    await writeFile(join(folder, 'pin.md'), article);
    const nats = await startNatsServer();
    const env = {
      LLMOS_RETRIEVAL_DOCUMENTS: folder,
      LLMOS_RETRIEVAL_QDRANT_URL: server.url,
      LLMOS_RETRIEVAL_QDRANT_COLLECTION: 'of-process',
    };
    const service = await startServiceProcess({ app: 'retrieval', natsUrl: nats.url, env });
    try {
      const stored = server.points().filter(({ payload }) => payload['document'] === 'pin');
      expect(stored.map(({ payload }) => [payload['tenant'], payload['part']])).toEqual(
        expect.arrayContaining([
          ['shared', 0],
          ['shared', 1],
        ]),
      );
      expect(stored[0]?.vector).toHaveLength(384);
    } finally {
      await service.kill();
      await nats.stop();
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});
