import { newRunId, type RunContext } from '@llmos/contracts';
import { listFeedback, questions, rate } from '@llmos/contracts/capabilities/questions';
import { InMemoryNoteStore } from '../../test/fixtures/in-memory-note.store.js';
import { WordEmbeddings } from '../../test/fixtures/word-embeddings.js';
import type { GivenFeedback } from '../ports/feedback-channel.port.js';
import { FeedbackService } from './feedback.service.js';
import { QuestionsService } from './questions.service.js';

describe('Feedback', () => {
  let store: InMemoryNoteStore;
  let published: GivenFeedback[];
  let service: FeedbackService;
  let isDown: boolean;

  beforeEach(() => {
    store = new InMemoryNoteStore();
    published = [];
    isDown = false;
    const publish = (_: unknown, feedback: GivenFeedback) =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve(void published.push(feedback));
    service = new FeedbackService(store, { publish });
  });
  const context = (tenant: string): RunContext => ({ run: newRunId(), tenant, lane: 'live', deadlineMs: Infinity });
  const answered = async (documents: string[], tenant = 'acme'): Promise<string> => {
    const run = newRunId();
    const note = { questions: ['how long'], unanswered: [], model: 'words', answer: 'Five days.', passages: [] };
    await store.add({ tenant, run }, { ...note, documents });
    return run;
  };
  const give = (input: object, tenant = 'acme') => service.rate(rate.input.parse(input), context(tenant));
  const list = (input: object = {}, tenant = 'acme') => service.list(listFeedback.input.parse(input), tenant);

  it('is kept and published with the question, the answer and its sources', async () => {
    const run = await answered(['timing']);
    expect(await give({ run, helpful: false, correction: 'Two days.', comment: '' })).toEqual({
      run,
      helpful: false,
      changed: true,
    });
    const expected = {
      run,
      at: expect.any(String) as string,
      helpful: false,
      correction: 'Two days.',
      questions: ['how long'],
      answer: 'Five days.',
      documents: ['timing'],
      passages: [],
    };
    expect(published).toEqual([expected]);
    expect(await list()).toEqual({ feedback: [expected] });
  });

  it('counts once for a run, the last one, and the same again is no event', async () => {
    const run = await answered(['timing']);
    await give({ run, helpful: false });
    await give({ run, helpful: true });
    expect(await give({ run, helpful: true })).toMatchObject({ changed: false });
    expect(published.map(({ helpful }) => helpful)).toEqual([false, true]);
    expect((await list()).feedback).toMatchObject([{ helpful: true }]);
  });

  it('is published again if it could not be published', async () => {
    const run = await answered(['timing']);
    isDown = true;
    await expect(give({ run, helpful: true })).rejects.toThrow('down');
    isDown = false;
    expect(await give({ run, helpful: true })).toMatchObject({ changed: true });
    expect(published).toHaveLength(1);
  });

  it('is counted for each article that the answer cites', async () => {
    const asked = new QuestionsService(store, new WordEmbeddings());
    await give({ run: await answered(['timing', 'fees']), helpful: true });
    await give({ run: await answered(['timing']), helpful: false });
    await answered(['timing']);
    const of = (document: string) => asked.questions(questions.input.parse({ document }), { tenant: 'acme' });
    expect(await of('timing')).toMatchObject({ total: 3, helpful: 1, notHelpful: 1 });
    expect(await of('fees')).toMatchObject({ total: 1, helpful: 1, notHelpful: 0 });
  });

  it('is refused for a run that is unknown, or of another tenant', async () => {
    const run = await answered(['timing'], 'other');
    for (const unknown of [run, newRunId()])
      await expect(give({ run: unknown, helpful: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await list({}, 'other')).toEqual({ feedback: [] });
  });

  it('is listed in pages, the oldest run first', async () => {
    const runs = [await answered(['a']), await answered(['b']), await answered(['c'])].sort();
    for (const run of runs) await give({ run, helpful: true });
    const first = await list({ limit: 2 });
    expect([first.feedback.map(({ run }) => run), first.next]).toEqual([runs.slice(0, 2), runs[1]]);
    expect(await list({ limit: 2, after: first.next })).toMatchObject({ feedback: [{ run: runs[2] }] });
  });
});
