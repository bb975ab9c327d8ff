import { importDocuments } from '@llmos/contracts/capabilities/retrieval';
import { runStep } from '@llmos/testing';
import { InMemoryDocumentStore } from '../../test/fixtures/in-memory-document.store.js';
import { startReplica } from '../../test/fixtures/replica.js';
import { WordEmbeddings } from '../../test/fixtures/word-embeddings.js';
import { DocumentEmbedder } from '../document-embedder.js';
import { SearchEncoder } from '../search-encoder.js';
import { DocumentWriter } from '../document-writer.js';
import { ImportService } from './import.service.js';
import { readFile } from './read/read-file.js';
import type { SourceFile } from './read/source-file.js';

async function start() {
  const store = new InMemoryDocumentStore();
  const { feed, embedder, service } = await startReplica(store, new WordEmbeddings());
  const writer = new DocumentWriter({ store, embedder, feed });
  const openReader = () => ({ read: (file: SourceFile) => readFile(file), close: () => Promise.resolve() });
  const opened = { open: 0, closed: 0 };
  const openEmbedder = () => {
    opened.open++;
    const close = () => Promise.resolve(void opened.closed++);
    return Promise.resolve({ embedder: new DocumentEmbedder(new SearchEncoder(new WordEmbeddings())), close });
  };
  const imports = new ImportService({ writer, openReader, openEmbedder, fetchPrivate: false });
  const run = (input: Parameters<typeof importDocuments.input.parse>[0]) =>
    runStep(importDocuments, (each, context) => imports.import(each, context), importDocuments.input.parse(input), {
      tenant: 'acme',
    });
  const list = (limit = 100, after?: string) => service.list({ limit, after }, { tenant: 'acme' });
  return { store, run, list, service, opened };
}

const fileOf = (name: string, text: string) => ({ name, base64: Buffer.from(text).toString('base64') });

describe('ImportService', () => {
  it('stores what can be read, names the rest, and reports its progress', async () => {
    const { run, list } = await start();
    const { output, deltas } = await run({
      files: [
        fileOf('a.md', '# Opening hours\nWe answer from 8.'),
        fileOf('b.pdf', 'no pdf'),
        fileOf('c.txt', 'Closed.'),
      ],
    });
    expect(output).toEqual({
      read: 3,
      stored: 2,
      unchanged: 0,
      failed: 1,
      deleted: 0,
      faults: [{ source: 'b.pdf', reason: 'is no PDF, or is damaged' }],
    });
    expect(deltas.at(-1)).toEqual({ read: 3, stored: 2, unchanged: 0, failed: 1 });
    expect(list().documents.map(({ id, title, source }) => [id, title, source])).toEqual([
      ['a', 'Opening hours', 'a.md'],
      ['c', 'C', 'c.txt'],
    ]);
  });

  it('checks each document of a list on its own', async () => {
    const { run } = await start();
    const { output } = await run({
      documents: [
        { id: 'a', title: 'A', text: 'One.' },
        { id: 'b b', title: 'B', text: 'Two.' },
        3,
        { id: 'a', title: 'A', text: 'X.' },
      ],
    });
    expect(output).toMatchObject({ stored: 1, failed: 3 });
    expect(output.faults.map(({ source }) => source)).toEqual(['documents.1', 'documents.2', 'documents.3']);
  });

  it('replaces no row of another file that has the same number, and says so', async () => {
    const { run, list } = await start();
    const rows = (question: string) => `id,question,answer\n1,${question},It is so.\n`;
    await run({ files: [fileOf('pool.csv', rows('When is the pool open?'))] });
    const { output } = await run({ files: [fileOf('sauna.csv', rows('When is the sauna open?'))] });
    expect(output).toMatchObject({
      stored: 0,
      faults: [
        { source: 'sauna.csv', reason: expect.stringMatching(/^a document of pool.csv has the id '1', and is kept/) },
      ],
    });
    expect(list().documents.map(({ title }) => title)).toEqual(['When is the pool open?']);
    const changed = await run({ files: [fileOf('pool.csv', rows('When does the pool open?'))] });
    expect(changed.output).toMatchObject({ stored: 1, failed: 0 });
    const named = (title: string) => ({ documents: [{ id: 'hours', title, text: 'From 8.' }] });
    await run(named('Opening hours'));
    expect((await run(named('Hours'))).output).toMatchObject({ stored: 1, failed: 0 });
  });

  it('stores only what has changed when it is repeated', async () => {
    const { run, store } = await start();
    const files = [fileOf('a.md', 'One is here.'), fileOf('b.md', 'Two is here.')];
    await run({ files });
    const { puts } = store;
    expect((await run({ files })).output).toMatchObject({ stored: 0, unchanged: 2 });
    expect(store.puts).toBe(puts);
    expect((await run({ files: [files[0]!, fileOf('b.md', 'Three is here.')] })).output).toMatchObject({ stored: 1 });
  });

  it('deletes the documents of files that a collection no longer has, and keeps those that cannot be read', async () => {
    const { run, list } = await start();
    const collection = 'help';
    await run({ files: [fileOf('other.md', 'Of no collection.')] });
    await run({
      collection,
      files: [fileOf('a.md', 'One.'), fileOf('b.md', 'Two.'), fileOf('f.csv', 'q,a\nWhy?,So.\n')],
    });
    const { output } = await run({ collection, files: [fileOf('b.md', ' ')], keep: ['b.md', 'f.csv'] });
    expect(output).toMatchObject({ failed: 1, deleted: 1 });
    expect(list().documents.map(({ id }) => id)).toEqual(['b', 'f-why', 'other']);
  });

  it('deletes all documents of a collection that keeps none, and needs to know which collection', async () => {
    const { run, list } = await start();
    await run({ files: [fileOf('other.md', 'Of no collection.')] });
    await run({ collection: 'help', files: [fileOf('a.md', 'One.')] });
    await expect(run({ keep: [] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'collection' });
    expect((await run({ collection: 'help', keep: [] })).output).toMatchObject({ deleted: 1 });
    expect(list().documents.map(({ id }) => id)).toEqual(['other']);
  });

  it('gives a large import workers of its own, as long as it runs', async () => {
    const { run, list, opened } = await start();
    await run({ files: [fileOf('a.md', 'One.')] });
    expect(opened).toEqual({ open: 0, closed: 0 });
    const files = Array.from({ length: 60 }, (_, n) => fileOf(`f${n}.md`, `Text number ${n}.`));
    expect((await run({ files })).output).toMatchObject({ stored: 60, failed: 0 });
    expect(opened).toEqual({ open: 1, closed: 1 });
    expect(list().total).toBe(61);
  });

  it('refuses an import of nothing', async () => {
    const { run } = await start();
    await expect(run({})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('RetrievalService', () => {
  it('lists documents in pages, and shows one with its passages', async () => {
    const { run, list, service } = await start();
    await run({ files: ['a', 'b', 'c'].map((name) => fileOf(`${name}.md`, `Text of ${name}.`)) });
    const first = list(2);
    expect(first).toMatchObject({ total: 3, next: 'b', documents: [{ id: 'a' }, { id: 'b' }] });
    expect(list(2, first.next)).toMatchObject({ documents: [{ id: 'c' }] });
    expect(list(2, first.next).next).toBeUndefined();
    expect(list(2, 'z').documents).toEqual([]);
    expect(await service.get({ id: 'b' }, { tenant: 'acme' })).toMatchObject({
      document: { id: 'b', text: 'Text of b.' },
      passages: [{ id: 'b#0', text: 'Text of b.' }],
    });
    await expect(service.get({ id: 'b' }, { tenant: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
