import { InMemoryDocumentStore } from '../test/fixtures/in-memory-document.store.js';
import { startReplica } from '../test/fixtures/replica.js';
import { WordEmbeddings } from '../test/fixtures/word-embeddings.js';
import { FolderSyncService } from './folder-sync.service.js';
import type { Article, FolderContent } from './ports/article-folder.port.js';

const article = (id: string, text: string): Article => ({ id, title: `About ${id}`, text, intents: [] });

async function start(store: InMemoryDocumentStore, content: { articles: Article[]; faults?: FolderContent['faults'] }) {
  const embeddings = new WordEmbeddings();
  const replica = await startReplica(store, embeddings);
  const problems: unknown[] = [];
  const sync = new FolderSyncService({
    ...replica,
    store,
    folder: { read: async () => ({ faults: [], ...content }), watch: () => ({ stop: () => undefined }) },
    onProblem: (problem) => problems.push(problem),
  });
  return { ...replica, embeddings, sync, problems };
}

describe('FolderSyncService', () => {
  it('writes new and changed files, skips the others, and deletes documents without a file', async () => {
    const content = { articles: [article('a', 'First.'), article('b', 'Second.')] };
    const { sync, service, embeddings } = await start(new InMemoryDocumentStore(), content);
    expect(await sync.sync()).toEqual({ written: 2, deleted: 0, unchanged: 0 });
    const before = embeddings.texts;
    expect(await sync.sync()).toEqual({ written: 0, deleted: 0, unchanged: 2 });
    expect(embeddings.texts).toBe(before);
    content.articles = [article('a', 'Changed.')];
    expect(await sync.sync()).toEqual({ written: 1, deleted: 1, unchanged: 0 });
    const { passages } = await service.search({ query: 'about', limit: 5 }, { tenant: 'anyone' });
    expect(passages.map(({ text }) => text)).toEqual(['Changed.']);
  });

  it('does not change a document that a caller wrote', async () => {
    const { sync, service } = await start(new InMemoryDocumentStore(), { articles: [article('a', 'Of the folder.')] });
    const caller = { tenant: 'shared' };
    await service.upsert({ document: article('a', 'Of the caller.') as never }, caller);
    await service.upsert({ document: article('z', 'Of the caller too.') as never }, caller);
    expect(await sync.sync()).toEqual({ written: 0, deleted: 0, unchanged: 1 });
    expect((await service.search({ query: 'caller', limit: 5 }, caller)).documents).toBe(2);
  });

  it('writes each document once when two replicas run at once', async () => {
    const store = new InMemoryDocumentStore();
    const articles = Array.from({ length: 20 }, (_, n) => article(`a${n}`, `Text ${n}.`));
    const [one, other] = await Promise.all([start(store, { articles }), start(store, { articles })]);
    const reports = await Promise.all([one.sync.sync(), other.sync.sync()]);
    expect(reports[0].written + reports[1].written).toBe(20);
    expect(store.puts).toBe(20);
    for (const { service } of [one, other]) {
      expect((await service.search({ query: 'text', limit: 5 }, { tenant: 'x' })).documents).toBe(20);
    }
  });

  it('does not take an unreadable file for a deleted one', async () => {
    const content: { articles: Article[]; faults?: FolderContent['faults'] } = { articles: [article('a', 'First.')] };
    const { sync, service, problems } = await start(new InMemoryDocumentStore(), content);
    await sync.sync();
    content.articles = [];
    content.faults = [{ file: 'a.md', reason: 'title: missing' }];
    await sync.sync();
    expect((await service.search({ query: 'first', limit: 5 }, { tenant: 'x' })).documents).toBe(1);
    expect(problems).toEqual([{ file: 'a.md', reason: 'title: missing' }]);
  });
});
