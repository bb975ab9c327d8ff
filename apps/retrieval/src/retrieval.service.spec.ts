import { LlmosError } from '@llmos/contracts';
import { search } from '@llmos/contracts/capabilities/retrieval';
import { InMemoryDocumentStore } from '../test/fixtures/in-memory-document.store.js';
import { startReplica } from '../test/fixtures/replica.js';
import { WordEmbeddings } from '../test/fixtures/word-embeddings.js';
import type { StoreWatcher } from './ports/document-store.port.js';

const hours = { id: 'hours', title: 'Opening hours', text: 'We answer from eight to twenty.', intents: [] };
const acme = { tenant: 'acme' };
const query = (text: string) => ({ query: text, limit: 5 });

async function start(store = new InMemoryDocumentStore(), embeddings = new WordEmbeddings()) {
  return { store, embeddings, ...(await startReplica(store, embeddings)) };
}

describe('RetrievalService', () => {
  it('finds a document when the upsert has answered, which reports whether it replaced one', async () => {
    const { service } = await start();
    expect(await service.upsert({ document: hours }, acme)).toEqual({ id: 'hours', passages: 1, replaced: false });
    expect((await service.search(query('when do you answer'), acme)).passages[0]?.text).toBe(hours.text);
    expect(await service.upsert({ document: { ...hours, text: 'Closed.' } }, acme)).toEqual({
      id: 'hours',
      passages: 1,
      replaced: true,
    });
    expect((await service.search(query('when do you answer'), acme)).passages.map(({ text }) => text)).toEqual([
      'Closed.',
    ]);
  });

  it('finds nothing of a document when the delete has answered', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    expect(await service.delete({ id: 'hours' }, acme)).toEqual({ id: 'hours', deleted: true });
    expect(await service.search(query('when do you answer'), acme)).toMatchObject({ passages: [], documents: 0 });
    expect(await service.delete({ id: 'hours' }, acme)).toEqual({ id: 'hours', deleted: false });
  });

  it('compares the sentences of the best document with the question, if it is asked to', async () => {
    const { service } = await start();
    await service.upsert(
      { document: { ...hours, text: 'Welcome to our page. We answer from eight to twenty.' } },
      acme,
    );
    const asked = query('when do you answer');
    expect((await service.search(asked, acme)).passages[0]!.units![0]).not.toHaveProperty('sentences');
    const [best] = (await service.search({ ...asked, sentences: true }, acme)).passages;
    const [welcome, answer] = best!.units![0]!.sentences!;
    expect(answer!.similarity).toBeGreaterThan(welcome!.similarity);
  });

  it('searches several questions apart, and passages say which they may answer', async () => {
    const { service } = await start();
    const card = { id: 'card', title: 'Card fees', text: 'A new card costs five pounds.', intents: [] };
    await service.upsert({ document: hours }, acme);
    await service.upsert({ document: card }, acme);
    const questions = ['what are the opening hours', 'which fees has a card'];
    const found = await service.search({ ...query(questions.join(' and ')), questions }, acme);
    expect(found.questions).toEqual(questions);
    const first = (n: number) => found.passages.find(({ question }) => question === n)?.document;
    expect([first(0), first(1)]).toEqual(['hours', 'card']);
  });

  it('searches apart what one document answers twice, but not what is half of a question', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    const twice = ['what are the opening hours', 'what are the opening hours\nwhen do you answer'];
    const found = await service.search({ ...query(twice.join(' and ')), questions: twice }, acme);
    expect(found.questions).toEqual(twice);
    const half = ['what are the opening hours', 'wonderful amazing'];
    const one = await service.search({ ...query(half.join(' and ')), questions: half }, acme);
    expect(one.questions).toEqual([half.join(' and ')]);
    expect(one.passages[0]).not.toHaveProperty('question');
  });

  it('searches a question apart that nothing answers, so that it can be named, though it is nearest to the same document', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    const questions = ['what are the opening hours?', 'wonderful amazing?'];
    const found = await service.search({ ...query(questions.join(' ')), questions }, acme);
    expect(found.questions).toEqual(questions);
  });

  it('cuts a message where different documents surely answer the halves', async () => {
    const { service } = await start();
    const card = { id: 'card', title: 'Card fees', text: 'A new card costs five pounds.', intents: [] };
    await service.upsert({ document: hours }, acme);
    await service.upsert({ document: card }, acme);
    const halves = ['opening hours', 'card fees'];
    const message = 'hours wonderful amazing fees';
    const found = await service.search({ ...query(message), cuts: [halves] }, acme);
    expect(found.questions).toEqual(halves);
    expect(found.passages.map(({ document, question }) => [document, question])).toEqual([
      ['hours', 0],
      ['card', 0],
      ['card', 1],
      ['hours', 1],
    ]);
    const foreign = await service.search({ ...query(message), cuts: [['opening hours', 'wonderful amazing']] }, acme);
    expect(foreign.questions).toEqual([message]);
  });

  it('stays with the document that answered, if a follow-up names a part of it', async () => {
    const { service } = await start();
    const text = 'We answer from eight to twenty. On Sundays we rest.';
    await service.upsert({ document: { ...hours, text } }, acme);
    const brunch = { id: 'brunch', title: 'Sundays', text: 'Sundays, sundays, sundays: brunch.', intents: [] };
    await service.upsert({ document: brunch }, acme);
    const context = 'what are the opening hours';
    const asked = { ...query('sundays?'), context, followUp: 'certain' as const };
    const found = await service.search(asked, acme);
    expect(found.passages.map(({ document }) => document)).toEqual(['hours']);
    expect(found.questions).toEqual([`${context}\nsundays?`]);
  });

  it('reads a follow-up with what was asked before', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    const context = 'what are the opening hours';
    const found = await service.search({ ...query('and today'), context, followUp: 'certain' }, acme);
    expect(found.questions).toEqual([`${context}\nand today`]);
    expect(found.passages[0]?.document).toBe('hours');
  });

  it('searches a chosen document alone', async () => {
    const { service } = await start();
    const places = ['Northtown', 'Southtown'].map((place) => ({
      id: place.toLowerCase(),
      title: 'Our branch',
      text: `The branch is open. The car park is behind the house and costs nothing. ${place}.`,
      intents: [],
    }));
    for (const document of places) await service.upsert({ document }, acme);
    for (const { id } of places) {
      const chosen = await service.search({ ...query('is there a car park'), chosen: id }, acme);
      expect(new Set(chosen.passages.map(({ document }) => document))).toEqual(new Set([id]));
      expect(chosen.passages[0]?.relevance).toBe(1);
    }
    expect((await service.search({ ...query('is there a car park'), chosen: 'gone' }, acme)).passages).toEqual([]);
  });

  it('never shows, replaces or deletes a document of another tenant', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    const other = { tenant: 'other' };
    expect((await service.search(query('opening hours'), other)).documents).toBe(0);
    expect((await service.delete({ id: 'hours' }, other)).deleted).toBe(false);
    expect((await service.upsert({ document: { ...hours, text: 'Never.' } }, other)).replaced).toBe(false);
    expect((await service.search(query('opening hours'), acme)).passages.map(({ text }) => text)).toEqual([hours.text]);
  });

  it('shows the shared documents to every tenant', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, { tenant: 'shared' });
    expect((await service.search(query('opening hours'), acme)).passages).toHaveLength(1);
  });

  it('says why a tenant cannot delete a shared document, and deletes its own of the same id', async () => {
    const { service } = await start();
    await service.upsert({ document: hours }, { tenant: 'shared' });
    await expect(service.delete({ id: 'hours' }, acme)).rejects.toMatchObject({
      code: 'CONFLICT',
      field: 'id',
      message: expect.stringMatching(/^'hours' belongs to no tenant: all tenants share it\./) as string,
    });
    await service.upsert({ document: hours }, acme);
    expect((await service.delete({ id: 'hours' }, acme)).deleted).toBe(true);
    expect((await service.search(query('opening hours'), acme)).passages).toHaveLength(1);
  });

  it.each(['../x', 'a.b', '>', '*', 'a b', ''])('refuses the id %j, which could name another key', async (id) => {
    const { service } = await start();
    await expect(service.delete({ id }, acme)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each([
    ['control characters', '\u0000\u0007\u001b[31m\u202e opening \u0000 hours'],
    ['only control characters', '\u0000\u0001'],
    ['4,000 characters', 'opening hours '.repeat(300).slice(0, 4_000)],
    [
      '4,000 different words',
      Array.from({ length: 600 }, (_, n) => `w${n}x${n}`)
        .join(' ')
        .slice(0, 4_000),
    ],
    ['one long word', 'x'.repeat(4_000)],
    ['another script', '银行卡什么时候到？ Когда придёт карта? متى تصل البطاقة؟'],
    ['half a character', '\ud83d opening hours'],
    ['query syntax', '"opening" AND NOT * ~2 ^5 hours) OR ('],
  ])('answers %s', async (_, text) => {
    const { service } = await start();
    await service.upsert({ document: hours }, acme);
    const output = search.output.parse(await service.search(query(text), acme));
    expect(output.documents).toBe(1);
  });

  it('stops on a cancellation, and stores nothing', async () => {
    const { service, store } = await start();
    const gone = AbortSignal.abort(new LlmosError('CANCELLED', 'gone'));
    await expect(service.upsert({ document: hours }, { ...acme, signal: gone })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await expect(service.search(query('x'), { ...acme, signal: gone })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(store.puts).toBe(0);
  });

  it('embeds nothing at a start with documents of the same model', async () => {
    const { store, service } = await start();
    await service.upsert({ document: hours }, acme);
    const second = await start(store);
    expect(second.embeddings.texts).toBe(0);
    expect((await second.service.search(query('opening hours'), acme)).passages).toHaveLength(1);
  });

  it('embeds documents again for another model and writes them back once', async () => {
    const { store, service } = await start();
    await service.upsert({ document: hours }, acme);
    const changed = await start(store, new WordEmbeddings('other-words'));
    expect((await changed.service.search(query('opening hours'), acme)).passages).toHaveLength(1);
    expect(store.puts).toBe(2);
    const third = await start(store, new WordEmbeddings('other-words'));
    expect(third.embeddings.texts).toBe(0);
  });

  it('waits for its own index when the store delivers changes late', async () => {
    const held: Array<() => void> = [];
    class LateStore extends InMemoryDocumentStore {
      override watch({ onEntry }: StoreWatcher): Promise<{ stop(): void }> {
        return super.watch({ onEntry: (entry) => held.push(() => onEntry(entry)) });
      }
    }
    const { service } = await start(new LateStore());
    let answered = false;
    const upserting = service.upsert({ document: hours }, acme).then(() => (answered = true));
    while (held.length === 0) await new Promise(setImmediate);
    expect(answered).toBe(false);
    held.forEach((deliver) => deliver());
    await upserting;
    expect((await service.search(query('opening hours'), acme)).documents).toBe(1);
  });
});
