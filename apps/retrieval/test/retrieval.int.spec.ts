import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvDocumentStore } from '../src/adapters/kv-document.store.adapter.js';
import { MarkdownFolder } from '../src/adapters/markdown-folder.adapter.js';
import { FolderSyncService } from '../src/folder-sync.service.js';
import { startReplica } from './fixtures/replica.js';
import { WordEmbeddings } from './fixtures/word-embeddings.js';

const document = {
  id: 'hours',
  title: 'Opening hours',
  text: 'Our desk answers from eight to twenty.',
  intents: ['opening_hours'],
};
const acme = { tenant: 'acme' };

async function openStore(bus: Bus): Promise<KvDocumentStore> {
  return KvDocumentStore.open(bus, (key, error) => {
    throw new Error(`unreadable: ${key}`, { cause: error });
  });
}

describe('Documents in JetStream KV', () => {
  let nats: TestNatsServer;
  const buses: Bus[] = [];
  const connect = async (): Promise<Bus> => {
    const bus = await Bus.connect({ url: nats.url, service: 'retrieval-test' });
    buses.push(bus);
    return bus;
  };
  const replica = async () => {
    const store = await openStore(await connect());
    return { store, ...(await startReplica(store, new WordEmbeddings())) };
  };

  beforeAll(async () => {
    nats = await startNatsServer();
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await nats.stop();
  });

  it('are shared, replaced and deleted across replicas', async () => {
    const [one, other] = [await replica(), await replica()];
    const asked = { query: 'when does the desk answer', limit: 5 };
    const foundBy = async ({ service }: typeof one) =>
      (await service.search(asked, acme)).passages.map(({ text }) => text);

    expect(await one.service.upsert({ document }, acme)).toEqual({ id: 'hours', passages: 1, replaced: false });
    expect(await foundBy(one)).toEqual([document.text]);
    await waitFor('the other replica to find it', async () => (await foundBy(other)).length === 1);

    expect(
      (await other.service.upsert({ document: { ...document, text: 'Our desk is closed.' } }, acme)).replaced,
    ).toBe(true);
    expect(await foundBy(other)).toEqual(['Our desk is closed.']);
    await waitFor('the first replica to follow', async () => (await foundBy(one))[0] === 'Our desk is closed.');

    expect((await one.service.delete({ id: 'hours' }, acme)).deleted).toBe(true);
    expect(await foundBy(one)).toEqual([]);
    await waitFor('the other replica to lose it', async () => (await foundBy(other)).length === 0);
    expect((await one.service.delete({ id: 'hours' }, acme)).deleted).toBe(false);
    expect((await one.service.upsert({ document }, acme)).replaced).toBe(false);
  });

  it('are found and deleted correctly with twenty concurrent writers', async () => {
    const [one, other] = [await replica(), await replica()];
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const { service } = n % 2 ? one : other;
        const tenant = { tenant: `t${n % 4}` };
        const mine = { ...document, id: `d${n}`, text: `Number ${n} speaks.` };
        await service.upsert({ document: mine }, tenant);
        const { passages } = await service.search({ query: `number ${n}`, limit: 50 }, tenant);
        expect(passages.map(({ text }) => text)).toContain(mine.text);
        if (n < 10) await service.delete({ id: mine.id }, tenant);
      }),
    );
    for (const { service } of [one, other]) {
      await waitFor('the index to have the ten that were left', async () => {
        const counts = await Promise.all(
          [0, 1, 2, 3].map((t) => service.search({ query: 'number', limit: 1 }, { tenant: `t${t}` })),
        );
        return counts.reduce((sum, { documents }) => sum + documents, 0) === 10;
      });
    }
  });

  it('are refused at an outdated revision, and above the size limit', async () => {
    const { store, embedder } = await replica();
    const ref = { tenant: 'acme', id: 'revised' };
    const stored = await embedder.embed(document, 'caller');
    const revision = await store.put(ref, stored, 0);
    await expect(store.put(ref, stored, 0)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.put(ref, stored, revision)).toBeGreaterThan(revision);
    const huge = { ...stored, text: 'x'.repeat(8_000_000) };
    await expect(store.put(ref, huge)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'document.text' });
  });

  it('follow a folder while two replicas read it at once', async () => {
    const path = await mkdtemp(join(tmpdir(), 'llmos-articles-'));
    const write = (id: string, text: string) =>
      writeFile(
        join(path, `${id}.md`),
        `---\nid: ${id}\ntitle: About ${id}\nintents: [x]\nupdated: 2026-09-01\n---\n${text}\n`,
      );
    await Promise.all([
      write('one', 'First text.'),
      write('two', 'Second text.'),
      writeFile(join(path, 'README.md'), '# Not an article'),
    ]);
    const pair = [await replica(), await replica()];
    const folder = new MarkdownFolder(path);
    const syncs = pair.map(
      (parts) => new FolderSyncService({ ...parts, folder, onProblem: ({ reason }) => console.error(reason) }),
    );
    const texts = async (service: (typeof pair)[number]['service']) =>
      (await service.search({ query: 'text', limit: 5 }, { tenant: 'anyone' })).passages.map(({ text }) => text).sort();
    try {
      await Promise.all(syncs.map((sync) => sync.start()));
      for (const { service } of pair) await waitFor('both articles', async () => (await texts(service)).length === 2);
      await write('two', 'Another text.');
      await rm(join(path, 'one.md'));
      for (const { service } of pair)
        await waitFor('the change', async () => (await texts(service)).join() === 'Another text.');
    } finally {
      syncs.forEach((sync) => sync.stop());
      await rm(path, { recursive: true });
    }
  }, 120_000);

  it('are written and found again after a crash of the broker', async () => {
    const { service } = await replica();
    await service.upsert({ document: { ...document, id: 'before' } }, { tenant: 'crash' });
    await nats.crashAndRestart();
    await waitFor('writes to work again', () =>
      service
        .upsert({ document: { ...document, id: 'after', text: 'Our desk answers again.' } }, { tenant: 'crash' })
        .then(
          () => true,
          () => false,
        ),
    );
    const fresh = await replica();
    const { passages } = await fresh.service.search({ query: 'desk', limit: 50 }, { tenant: 'crash' });
    expect(passages.map(({ document: id }) => id)).toEqual(expect.arrayContaining(['before', 'after']));
  }, 120_000);
});
