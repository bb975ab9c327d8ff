import { plain, readEvents, type Instance, type Reply } from './instance.js';

/** What `customer_service` says in a conversation of several messages, and how it hands one over to a person. */
export function conversationsSuite(running: () => Instance): void {
  let instance: Instance;
  beforeAll(() => {
    instance = running();
  });
  const ask = (fields: Record<string, unknown>): Promise<Reply> => instance.askUntilWhole(fields);

  it('answers small talk at once, and a wish for a person, in the language of the customer', async () => {
    const hello = await ask({ text: 'Hello there!' });
    expect(hello.body).toMatchObject({ result: 'Hello! How can I help you?', details: { topic: 'greeting' } });
    const identity = await ask({ text: 'Who are you?' });
    expect(identity.body.result).toContain('Quillbank');
    const person = await ask({ text: 'Ich möchte mit einem Menschen sprechen' });
    expect(person.body.details).toMatchObject({ topic: 'person', handover: true, language: 'de' });
    const german = await ask({ text: 'Wie kann ich meine Adresse ändern?' });
    expect(german.body).toMatchObject({ result: expect.stringContaining('Englisch') as string });
  });

  it('publishes the conversation for the people who take over', async () => {
    const nc = await instance.connectAs('default');
    try {
      const events = nc.subscribe('llmos.out.default.handover');
      await nc.flush();
      const { body: first } = await ask({ text: 'How do I change my PIN?' });
      const conversation_id = String(first.details!['conversation_id']);
      await ask({ text: 'Can I talk to a human?', conversation_id });
      for await (const event of events) {
        const handover: { conversation: string } = event.json();
        if (handover.conversation !== conversation_id) continue;
        expect(handover).toMatchObject({
          summary: 'How do I change my PIN?',
          intent: 'change_pin',
          citations: [{ document: 'change-pin' }],
        });
        break;
      }
    } finally {
      await nc.close();
    }
  });

  it('understands a follow-up in its conversation, and says again what it said', async () => {
    const { body: first } = await ask({ text: 'How do I change my PIN?' });
    const conversation_id = String(first.details!['conversation_id']);
    const { body: second } = await ask({ text: 'Can I do that abroad?', conversation_id });
    expect(second.details).toMatchObject({ conversation_id });
    expect((second.details!['citations'] as { document: string }[])[0]?.document).toBe('change-pin');
    expect((await ask({ text: 'Can you repeat that?', conversation_id })).body.result).toBe(second.result);
  });

  it('offers a person instead of the same answer to a customer whom it did not help', async () => {
    const { body: first } = await ask({ text: 'How do I change my PIN?' });
    const conversation_id = String(first.details!['conversation_id']);
    const { body: second } = await ask({ text: 'why?', conversation_id });
    expect(second.details).toMatchObject({ topic: 'unhelped', offered: true });
    expect(second.details).not.toHaveProperty('citations');
    const { body: third } = await ask({ text: 'yes', conversation_id });
    expect(third.details).toMatchObject({ topic: 'person', handover: true });
  });

  it('offers a person after two questions without an answer, and passes the conversation on for a yes', async () => {
    const { body: first } = await ask({ text: 'What is the capital of France?' });
    const conversation_id = String(first.details!['conversation_id']);
    expect(first.details).toMatchObject({ offered: false });
    const { body: second } = await ask({ text: 'Who won the world cup in 1998?', conversation_id });
    expect(second.details).toMatchObject({ offered: true, citations: [] });
    expect(second.result).toContain('Would you like to talk to a person?');
    const { body: third } = await ask({ text: 'Yes please', conversation_id });
    expect(third.details).toMatchObject({ topic: 'person', handover: true });
  });

  it('answers two questions in one message, each with its citation', async () => {
    const text = 'How do I change my PIN and how long does a bank transfer take?';
    const { body } = await ask({ text });
    const cited = (body.details!['citations'] as { document: string }[]).map(({ document }) => document);
    expect(cited).toEqual(expect.arrayContaining(['change-pin', 'transfer-timing']));
  });

  it('puts fraud first, and offers a person', async () => {
    const { body } = await ask({ text: "I think I've been scammed, I just transferred 2000 pounds" });
    expect(body.details).toMatchObject({
      urgent: true,
      question: "I think I've been scammed, I just transferred 2000 pounds",
    });
    const cited = (body.details?.['citations'] as { document: string }[]).map(({ document }) => document);
    expect(new Set(cited)).toEqual(new Set(['compromised-card']));
    expect(body.result).toMatch(/freeze .*talk to a person/i);
  });

  it('speaks its answer and its greeting, sentence by sentence, and our own ears hear them', async () => {
    const hear = async ({ $bytes }: { $bytes: string }) =>
      plain(String((await instance.post('/serving/process', { name: 'transcribe', audio: $bytes })).body.result));
    const stream = await fetch(`${instance.url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ name: 'customer_service', text: 'Thanks!', reply: 'audio' }),
    });
    const events = await readEvents(stream);
    const pieces = events.flatMap(
      ({ data }) => (data['delta'] as { speech?: { words: string } } | undefined)?.speech ?? [],
    );
    const { result, details } = events.at(-1)!.data as {
      result: string;
      details: { speech: { audio: { $bytes: string }; contentType: string } };
    };
    expect(pieces.map(({ words }) => words).join(' ')).toBe(result);
    expect(details.speech.contentType).toBe('audio/wav');
    expect(await hear(details.speech.audio)).toBe(plain(result));
    const { body: greeted } = await ask({ reply: 'audio' });
    const { audio } = greeted.details!['speech'] as { audio: { $bytes: string } };
    expect(greeted.result).toMatch(/^Hello/);
    expect(await hear(audio)).toContain('how can i help you today');
    expect((await ask({ text: 'Hi', reply: 'mp3' })).body.error).toMatchObject({ field: 'reply' });
  });
}
