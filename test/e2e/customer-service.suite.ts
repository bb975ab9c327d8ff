import { monitorEventLoopDelay } from 'node:perf_hooks';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { EVENT_LOOP_SAMPLE_MS } from '@llmos/telemetry';
import { waitFor } from '@llmos/testing';
import { plain, QUESTIONS, readEvents, type Instance, type Reply } from './instance.js';

const MINUTE_MS = 60_000;

/** The pipeline `customer_service` from the question to the answer, over HTTP and events. */
export function customerServiceSuite(running: () => Instance): void {
  let instance: Instance;
  beforeAll(() => {
    instance = running();
  });
  const ask = (fields: Record<string, unknown>): Promise<Reply> => instance.askUntilWhole(fields);

  it('answers a request without input with the greeting', async () => {
    const { status, body } = await instance.post('/serving/process', '{"name": "customer_service"}');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'success',
      result: expect.stringMatching(/^Hello/) as string,
      run_id: expect.any(String) as string,
    });
  });

  it.each(QUESTIONS.map((question) => [question.name, question] as const))(
    'transcribes and answers the recording %s',
    async (_, { audio, text }) => {
      const form = new FormData();
      form.set('name', 'customer_service');
      form.set('audio', new Blob([audio], { type: 'audio/wav' }), 'question.wav');
      const { status, body } = await instance.post('/serving/process', form);
      expect({ status, error: body.error }).toEqual({ status: 200, error: undefined });
      expect(plain(String(body.details?.['transcript']))).toBe(plain(text));
      expect(body.result!.length).toBeGreaterThan(10);
      expect(body.details).toMatchObject({
        language: 'en',
        intent: { outOfScope: false },
        grounding: expect.stringMatching(/generated|repaired|extracted/) as string,
      });
      expect(body.details!['citations']).not.toHaveLength(0);
      expect((body.details!['timings'] as { step: string }[]).map(({ step }) => step)).toEqual([
        'transcript',
        'turn',
        'intent',
        'found',
        'guard',
        'redacted',
        'answer',
        'released',
        'recorded',
        'noted',
      ]);
    },
  );

  it('accepts audio as base64, and text without audio', async () => {
    const { audio, text } = QUESTIONS[0]!;
    const spoken = await ask({ audio: audio.toString('base64') });
    const written = await ask({ text });
    expect([spoken.status, written.status]).toEqual([200, 200]);
    expect(plain(String(spoken.body.details!['transcript']))).toBe(plain(text));
    expect((written.body.details!['timings'] as { step: string }[]).map(({ step }) => step)).toEqual([
      'turn',
      'intent',
      'found',
      'guard',
      'redacted',
      'answer',
      'released',
      'recorded',
      'noted',
    ]);
  });

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
      citations: [{ document: 'compromised-card' }],
      question: "I think I've been scammed, I just transferred 2000 pounds",
    });
    expect(body.result).toContain('talk to a person');
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

  it('transports a recording larger than a message through the object store', async () => {
    const { audio } = QUESTIONS[0]!;
    const silence = Buffer.alloc(1_200_000);
    const header = Buffer.from(audio.subarray(0, 44));
    header.writeUInt32LE(audio.length - 8 + silence.length, 4);
    header.writeUInt32LE(audio.length - 44 + silence.length, 40);
    const { status, body } = await ask({
      audio: Buffer.concat([header, audio.subarray(44), silence]).toString('base64'),
    });
    expect(status).toBe(200);
    expect(plain(String(body.details!['transcript']))).toBe(plain(QUESTIONS[0]!.text));
  });

  it('reports a recording without speech', async () => {
    const header = Buffer.from(QUESTIONS[0]!.audio.subarray(0, 44));
    const silence = Buffer.alloc(64_000);
    header.writeUInt32LE(36 + silence.length, 4);
    header.writeUInt32LE(silence.length, 40);
    const { status, body } = await ask({ audio: Buffer.concat([header, silence]).toString('base64') });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      result: expect.stringMatching(/did not hear/) as string,
      details: { transcript: '', grounding: 'none' },
    });
  });

  it('reports that the help centre has no answer instead of inventing one', async () => {
    const { body } = await ask({ text: 'What is the capital of France?' });
    expect(body).toMatchObject({
      result: expect.stringMatching(/could not find/) as string,
      details: { grounding: 'none', citations: [] },
    });
  });

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

  it('streams the transcript, the intent, the sentences and one terminal event', async () => {
    const form = new FormData();
    form.set('name', 'customer_service');
    form.set('audio', new Blob([QUESTIONS[0]!.audio]), 'question.wav');
    const response = await fetch(`${instance.url}/serving/process`, {
      method: 'POST',
      body: form,
      headers: { accept: 'text/event-stream' },
    });
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    const events = await readEvents(response);
    const steps = events
      .filter(({ event }) => event === 'step')
      .map(({ data }) => (data['timing'] as { step: string }).step);
    expect(steps).toEqual(['transcript', 'intent']);
    const sentences = events
      .filter(({ event }) => event === 'delta')
      .map(({ data }) => (data['delta'] as { sentence: string }).sentence);
    const last = events.at(-1)!;
    expect(last.event).toBe('completed');
    expect(events.filter(({ event }) => ['completed', 'failed', 'cancelled', 'expired'].includes(event))).toHaveLength(
      1,
    );
    expect(sentences.join(' ')).toBe(last.data['result']);
    expect(events.findIndex(({ event }) => event === 'delta')).toBeLessThan(events.length - 1);
  });

  it('starts a durable run once per idempotency key, shows its record and streams its answers', async () => {
    const body = { name: 'customer_service', text: 'How do I change my PIN?' };
    const headersOf = { 'content-type': 'application/json', 'idempotency-key': 'pin-1' };
    const first = await instance.post('/v1/runs', body, headersOf);
    const again = await instance.post('/v1/runs', body, headersOf);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body.run_id).toBe(first.body.run_id);
    expect((await instance.post('/v1/runs', { ...body, text: 'Something else' }, headersOf)).status).toBe(409);
    const record = await waitFor('the run to be completed', async () => {
      const found = (await (await fetch(`${instance.url}/v1/runs/${first.body.run_id}`)).json()) as {
        status: string;
        result: string;
        steps: unknown[];
      };
      return found.status === 'completed' ? found : undefined;
    });
    expect(record.steps).toHaveLength(9);
    const events = await readEvents(await fetch(`${instance.url}/v1/runs/${first.body.run_id}/stream`));
    expect(events.at(-1)).toMatchObject({ event: 'completed', data: { result: record.result } });
    const resumed = await readEvents(
      await fetch(`${instance.url}/v1/runs/${first.body.run_id}/stream`, {
        headers: { 'last-event-id': events.at(-2)!.id! },
      }),
    );
    expect(resumed.map(({ event }) => event)).toEqual(['completed']);
    expect((await fetch(`${instance.url}/v1/runs/01a20a99-2d57-739a-8add-326838ae97de`)).status).toBe(404);
  });

  it('cancels a run, which then never completes', async () => {
    const text = 'How long does a transfer to another country take to arrive?';
    const cancel = async () => {
      const started = await instance.post('/v1/runs', { name: 'customer_service', text });
      const deleted = await fetch(`${instance.url}/v1/runs/${started.body.run_id}`, { method: 'DELETE' });
      const { status } = (await deleted.json()) as { status: string };
      // A run can end before it is cancelled.
      return status === 'cancelled' && started;
    };
    const started = await waitFor('a run to be cancelled', cancel);
    const events = await readEvents(await fetch(`${instance.url}/v1/runs/${started.body.run_id}/stream`));
    expect(events.at(-1)!.event).toBe('cancelled');
    expect(await (await fetch(`${instance.url}/v1/runs/${started.body.run_id}`)).json()).toMatchObject({
      status: 'cancelled',
    });
  });

  it('answers an event with one result event, however often the event is published', async () => {
    const nc = await instance.connectAs('default');
    try {
      const results = nc.subscribe('llmos.out.default.customer_service');
      const h = headers();
      for (const [name, value] of Object.entries({
        'ce-specversion': '1.0',
        'ce-id': 'order-7',
        'ce-source': 'crm',
        'ce-type': 'com.example.question',
        'content-type': 'application/json',
      }))
        h.set(name, value);
      for (let i = 0; i < 3; i++)
        nc.publish(
          'llmos.in.default.customer_service',
          JSON.stringify({ text: 'I lost my phone. What should I do?' }),
          { headers: h },
        );
      const received: { correlation: string; type: string; body: { result?: string } }[] = [];
      void (async () => {
        for await (const message of results) {
          const correlation = message.headers!.get('ce-correlationid');
          // Runs of other tests may still end.
          if (correlation !== 'order-7') continue;
          received.push({ correlation, type: message.headers!.get('ce-type'), body: message.json() });
        }
      })();
      await waitFor('the result', () => received.length > 0);
      expect(received).toEqual([
        {
          correlation: 'order-7',
          type: 'org.llmos.run.completed',
          body: expect.objectContaining({ result: expect.any(String) as string }) as object,
        },
      ]);
    } finally {
      await nc.close();
    }
  });

  it('refuses that a tenant publishes for another tenant or on internal subjects', async () => {
    const nc = await instance.connectAs('default');
    try {
      const refused: string[] = [];
      void (async () => {
        for await (const status of nc.status()) if (status.type === 'error') refused.push(String(status.error));
      })();
      const subjects = [
        'llmos.in.other.customer_service',
        'llmos.in.~operator.default.shred_tenant',
        'llmos.task.live.asr.transcribe',
        'llmos.answer.abcd.x',
        '$JS.API.STREAM.DELETE.TASKS_LIVE',
      ];
      for (const subject of subjects) nc.publish(subject, '{}');
      await nc.flush();
      await waitFor('every publish to be refused', () => refused.length >= subjects.length);
      for (const subject of subjects) expect(refused.join()).toContain(subject);
    } finally {
      await nc.close();
    }
  });

  it("runs operators' pipelines on the bus for operators only, and only operators receive the results", async () => {
    const [caller, operator] = await Promise.all([
      instance.connectAs('default'),
      instance.connectAs('default-operator'),
    ]);
    try {
      const ids = ['as-caller', 'as-operator', 'question'];
      const read: Record<string, string[]> = { caller: [], operator: [] };
      const follow = (nc: NatsConnection, name: string) =>
        nc.subscribe('llmos.out.default.>', {
          callback: (_, { subject, headers: h }) => {
            // Runs of other tests may still end.
            if (ids.includes(h!.get('ce-correlationid'))) read[name]!.push(subject);
          },
        });
      follow(caller, 'caller');
      follow(operator, 'operator');
      await Promise.all([caller.flush(), operator.flush()]);
      const event = (id: string) => {
        const h = headers();
        const attributes = { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/roles' };
        for (const [name, value] of Object.entries(attributes)) h.set(name, value);
        return { headers: h };
      };
      // This event fails, because its publisher is a caller: its result says so where operators read it.
      caller.publish('llmos.in.default.recommender_models', '{}', event('as-caller'));
      operator.publish('llmos.in.~operator.default.recommender_models', '{}', event('as-operator'));
      await waitFor('the results of both', () => read['operator']!.length > 1);
      caller.publish('llmos.in.default.detect_intent', '{"text":"I lost my card"}', event('question'));
      // Each connection receives its messages in order; the order between the two connections is undefined.
      await waitFor('the result of the caller', () => read['caller']!.length > 0 && read['operator']!.length > 2);
      expect(read).toEqual({
        caller: ['llmos.out.default.detect_intent'],
        operator: [
          ...['llmos.out.default.recommender_models', 'llmos.out.default.recommender_models'],
          'llmos.out.default.detect_intent',
        ],
      });
    } finally {
      await Promise.all([caller.close(), operator.close()]);
    }
  });

  it('finds documents that were added or replaced, and no longer those that were deleted', async () => {
    const search = async () =>
      (
        (
          await instance.post('/serving/process', {
            name: 'search_documents',
            query: 'When does the penguin parade start?',
          })
        ).body.details!['passages'] as { document: string; text: string }[]
      )[0];
    const upsert = (text: string) =>
      instance.post('/serving/process', {
        name: 'upsert_document',
        document: { id: 'penguins', title: 'The penguin parade', text },
      });
    expect((await upsert('The penguin parade starts at 14:00 every day.')).status).toBe(200);
    expect(await search()).toMatchObject({ document: 'penguins', text: expect.stringContaining('14:00') as string });
    await upsert('The penguin parade starts at 15:30 every day.');
    expect((await search())!.text).toContain('15:30');
    await instance.post('/serving/process', { name: 'delete_document', id: 'penguins' });
    expect((await search())?.document).not.toBe('penguins');
  });

  it(
    'keeps the p99 event-loop delay of each service within 20 ms, or twice that of an idle loop, while models run',
    async () => {
      const services = instance.state().services.filter(({ url }) => url !== undefined);
      // Reading the metrics resets the histogram. Each sample includes the time between two samples.
      const p99Ms = async (url: string) =>
        Number(
          /nodejs_eventloop_lag_p99_seconds\{[^}]*\} ([\d.e-]+)/.exec(await (await fetch(`${url}/metrics`)).text())![1],
        ) *
          1_000 -
        EVENT_LOOP_SAMPLE_MS;
      // This process is almost idle: its delay is what the machine imposes on every process.
      const idle = monitorEventLoopDelay({ resolution: EVENT_LOOP_SAMPLE_MS });
      idle.enable();
      const slow = new Map(services.map(({ name, url }) => [name, url!]));
      // An event loop that waits for its model is slow in every round.
      for (let round = 0; round < 8 && slow.size > 0; round++) {
        for (const url of slow.values()) await p99Ms(url);
        idle.reset();
        for (let i = 0; i < 4; i++)
          await ask({ audio: QUESTIONS[(round + i) % QUESTIONS.length]!.audio.toString('base64') });
        const limitMs = Math.max(20, 2 * (idle.percentile(99) / 1e6 - EVENT_LOOP_SAMPLE_MS));
        for (const [name, url] of slow) if ((await p99Ms(url)) <= limitMs) slow.delete(name);
      }
      idle.disable();
      expect([...slow.keys()]).toEqual([]);
    },
    5 * MINUTE_MS,
  );
}
