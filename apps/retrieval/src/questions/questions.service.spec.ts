import { newRunId } from '@llmos/contracts';
import { note, questions } from '@llmos/contracts/capabilities/questions';
import { carryEmbedding } from '@llmos/models';
import { InMemoryNoteStore } from '../../test/fixtures/in-memory-note.store.js';
import { WordEmbeddings } from '../../test/fixtures/word-embeddings.js';
import { QuestionsService } from './questions.service.js';

describe('What was asked', () => {
  let store: InMemoryNoteStore;
  let embeddings: WordEmbeddings;
  let service: QuestionsService;
  let runs: string[];

  beforeEach(() => {
    store = new InMemoryNoteStore();
    embeddings = new WordEmbeddings();
    service = new QuestionsService(store, embeddings);
    // One for each note, in the order of time.
    runs = Array.from({ length: 20 }, () => newRunId()).sort();
  });
  const cite = (...documents: string[]) =>
    documents.map((document) => ({ document, title: document, passage: `${document}#0`, score: 0.9 }));
  const keep = (input: Omit<Parameters<typeof note.input.parse>[0] & object, never>, tenant = 'acme') =>
    service.note(note.input.parse(input), { tenant, run: runs.shift()! });
  const list = (input: object, tenant = 'acme') => service.questions(questions.input.parse(input), { tenant });
  const miss = (text: string, tenant?: string) => keep({ questions: [text], unanswered: [text] }, tenant);

  it('and not answered is grouped by meaning, and neither answers nor questions that were asked back are in it', async () => {
    await miss('gold bars for sale');
    await keep({ questions: ['how do I change my PIN'], citations: cite('change-pin') });
    await keep({ questions: ['card'], answer: 'Do you mean … or …?' });
    await miss('penguin parade');
    await miss('gold bars sale');
    expect(await list({ unanswered: true })).toMatchObject({
      questions: [{ count: 2 }, { question: 'penguin parade', count: 1 }],
      total: 3,
    });
    expect(await list({ unanswered: true, limit: 1 })).toMatchObject({ questions: [{ count: 2 }], total: 3 });
  });

  it('is listed for the document that answered, the last question first', async () => {
    await keep({ questions: ['how do I change my PIN'], citations: cite('change-pin') });
    await keep({ questions: ['PIN and fees', 'gold'], unanswered: ['gold'], citations: cite('change-pin', 'fees') });
    await keep({ questions: ['How do I change my PIN?'], citations: cite('change-pin') });
    await keep({ questions: ['what are the fees'], citations: cite('fees') });
    expect(await list({ document: 'change-pin' })).toMatchObject({
      questions: [
        { question: 'How do I change my PIN?', count: 2 },
        { question: 'PIN and fees', count: 1 },
      ],
      total: 3,
    });
    expect(await list({ document: 'other' })).toMatchObject({ questions: [], total: 0 });
  });

  it('is kept once for a run, for its tenant alone, and no longer than it says', async () => {
    const context = { tenant: 'acme', run: runs[0]! };
    const input = note.input.parse({ questions: ['x'.repeat(8_000)], unanswered: ['x'.repeat(8_000)] });
    expect(await service.note(input, context)).toEqual({ noted: true });
    expect(await service.note(input, context)).toEqual({ noted: false });
    expect(await list({ unanswered: true })).toMatchObject({ total: 1 });
    expect((await store.read('acme'))[0]!.questions[0]).toHaveLength(500);
    expect(await list({ unanswered: true }, 'other')).toMatchObject({ total: 0 });
  });

  it('uses the vector of the search again, and computes one only for a question that was not answered', async () => {
    const [vector] = await embeddings.embed(['gold bars']);
    const embedding = carryEmbedding(embeddings.model, 'gold bars', vector!);
    await keep({ questions: ['gold bars'], unanswered: ['gold bars'], embedding });
    await keep({ questions: ['how do I change my PIN'], citations: cite('change-pin') });
    expect(embeddings.texts).toBe(1);
    await keep({ questions: ['[NAME_1] bars'], unanswered: ['[NAME_1] bars'], embedding });
    expect(embeddings.texts).toBe(2);
  });

  it('is forgotten with the user', async () => {
    await keep({ questions: ['gold'], unanswered: ['gold'], user: 'u1' });
    await keep({ questions: ['silver'], unanswered: ['silver'], user: 'u2' });
    expect(await service.forget({ user: 'u1' }, 'acme')).toEqual({ questions: 1 });
    expect(await list({ unanswered: true })).toMatchObject({ questions: [{ question: 'silver' }] });
  });

  it('is no question if it has no words', async () => {
    for (const text of ['???', '👍', '…']) await miss(text);
    await miss('gold?');
    expect(await list({ unanswered: true })).toMatchObject({ questions: [{ question: 'gold?' }], total: 1 });
    await keep({ questions: ['!!!'], citations: cite('fees') });
    expect(await list({})).toMatchObject({ questions: [], total: 0 });
  });

  it('is compared by words alone after a change of the embedding model', async () => {
    await miss('gold bars for sale');
    service = new QuestionsService(store, new WordEmbeddings('other'));
    await miss('gold bars sale');
    expect((await list({ unanswered: true })).questions).toHaveLength(2);
  });

  it('cannot be both unanswered and answered by a document', () => {
    expect(questions.input.safeParse({ unanswered: true, document: 'd' }).error?.issues[0]).toMatchObject({
      path: ['document'],
      message: expect.stringContaining('not both') as string,
    });
  });
});
