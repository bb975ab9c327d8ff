import type { Instance, Reply } from './instance.js';

const MINUTE_MS = 60_000;

/** What the people who write the articles learn from the questions. */
export function questionsSuite(running: () => Instance): void {
  let instance: Instance;
  beforeAll(() => {
    instance = running();
  });
  const ask = (fields: Record<string, unknown>): Promise<Reply> => instance.askUntilWhole(fields);

  it('lists what nothing answered, grouped by meaning, until the user is erased, and what an article answered', async () => {
    const questions = async (query: string) =>
      (await (await fetch(`${instance.url}/v1/questions?${query}`)).json()) as {
        questions: { question: string; count: number; lastAskedAt: string }[];
      };
    const about = async (word: string) =>
      (await questions('unanswered=true&limit=500')).questions.filter(({ question }) => question.includes(word));
    const user_id = 'aviator';
    for (const text of ['How many zeppelins do you own?', 'How many zeppelins do you have?'])
      expect((await ask({ text, user_id })).body.details).toMatchObject({ grounding: 'none' });
    await ask({ text: 'My zeppelin needs insurance, write to ada@example.org', user_id });
    const first = (await about('zeppelins'))[0];
    expect(first).toMatchObject({ count: 2, question: expect.stringMatching(/^How many/) as string });
    expect(Date.now() - Date.parse(first!.lastAskedAt)).toBeLessThan(5 * MINUTE_MS);
    expect(await about('insurance')).toMatchObject([{ question: expect.stringContaining('[EMAIL_1]') as string }]);
    await ask({ text: 'Hello there!', user_id });
    await ask({ text: 'Can I talk to a human?', user_id });
    expect([...(await about('Hello')), ...(await about('human'))]).toEqual([]);
    await ask({ text: 'How do I change my PIN?', user_id });
    expect((await questions('document=change-pin')).questions[0]).toMatchObject({
      question: 'How do I change my PIN?',
    });
    const erased = await fetch(`${instance.url}/v1/users/${user_id}`, { method: 'DELETE' });
    expect(await erased.json()).toMatchObject({ questions: 4 });
    expect(await about('zeppelin')).toEqual([]);
  });

  it('takes feedback on an answer as an event without personal data, and counts it for the article', async () => {
    const nc = await instance.connectAs('default');
    try {
      const events = nc.subscribe('llmos.out.default.feedback');
      await nc.flush();
      const { body: answer } = await ask({ text: 'How long does a bank transfer take?' });
      const path = `/v1/runs/${answer.run_id}/feedback`;
      const [{ document }] = answer.details!['citations'] as [{ document: string }];
      const correction = 'Two days. Write to ada@example.org';
      for (let i = 0; i < 2; i++) {
        const { status, body } = await instance.post(path, { helpful: false, correction });
        expect({ status, ...body }).toMatchObject({ status: 200, rated: { run: answer.run_id, changed: i === 0 } });
      }
      expect((await instance.post(path, { helpful: true })).status).toBe(200);
      const received: { helpful: boolean }[] = [];
      for await (const event of events) {
        expect(event.headers!.get('ce-type')).toBe('org.llmos.feedback');
        if (received.push(event.json()) === 2) break;
      }
      expect(received).toMatchObject([
        { run: answer.run_id, helpful: false, correction: 'Two days. Write to [EMAIL_1]', documents: [document] },
        { run: answer.run_id, helpful: true, questions: ['How long does a bank transfer take?'] },
      ]);
      const counted = await (await fetch(`${instance.url}/v1/questions?document=${document}`)).json();
      expect(counted).toMatchObject({ helpful: 1, not_helpful: 0 });
      const refused = [{}, { helpful: 'yes' }, { helpful: true, comment: 'x'.repeat(2_001) }, { helpful: true, x: 1 }];
      for (const body of refused) expect((await instance.post(path, body)).status).toBe(400);
      const unknown = '/v1/runs/01a20a99-2d57-739a-8add-326838ae97de/feedback';
      expect((await instance.post(unknown, { helpful: true })).status).toBe(404);
    } finally {
      await nc.close();
    }
  });
}
