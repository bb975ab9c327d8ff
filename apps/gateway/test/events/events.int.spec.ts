import { Bus, decodeBody, taskConsumer, type Delivery } from '@llmos/bus';
import { isRunId, toJson, type Pipeline } from '@llmos/contracts';
import { Forwarder, RunRecords } from '@llmos/mesh';
import {
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { CloudEvent, HTTP, type CloudEventV1, type Message as SdkMessage } from 'cloudevents';
import { EVENT_CASES, type EventCase, type Outcome } from './event-cases.js';
import { messageFrom, sendersTo, type Message, type Sender } from './senders.js';

const CAPABILITIES = ['intent.detect', 'asr.transcribe', 'recommender.record', 'recommender.upsert_items'];
const INPUT = { text: 'Where is my card?' };
const TRACE = '0af7651916cd43dd8448eb211c80319c';

interface Result {
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly run: string;
  readonly trace: string;
  readonly outcome: Outcome;
}

/** Values with bytes, so that they can be compared. */
const plain = (value: unknown): unknown => JSON.parse(toJson(value));

describe('an event', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let bus: Bus;
  const results: Result[] = [];
  const senders = sendersTo(
    () => bus,
    () => nats.url,
  );
  const [nodeClient] = senders as [Sender];

  /** Ends the run of a task. Its result shows the input of the run. */
  async function end(delivery: Delivery, forwarder: Forwarder): Promise<void> {
    const { envelope, body } = await bus.decode(delivery);
    const task = body as { pipeline: string; input: unknown; correlationId?: string };
    const pipeline = JSON.parse(task.pipeline) as Pipeline;
    const details = { input: task.input };
    const completed = { type: 'completed' as const, result: 'Done.', details, timings: [], degraded: [] };
    const { correlationId } = task;
    await forwarder.endRun(
      envelope,
      { pipeline, timings: [], ...(correlationId ? { correlationId } : {}) },
      completed,
      envelope.traceparent,
    );
    delivery.ack();
  }

  function receive(subject: string, header: (name: string) => string, data: Uint8Array): void {
    const { error, details } = decodeBody(header('content-type'), data) as {
      error?: { code: string; field: string };
      details?: { input: Record<string, unknown> };
    };
    results.push({
      subject,
      id: header('ce-correlationid'),
      type: header('ce-type'),
      run: header('ce-subject'),
      trace: header('traceparent'),
      outcome: error ? { code: error.code, field: error.field } : { input: plain(details!.input) as Outcome },
    } as Result);
  }

  /** Sends a message and returns its results, by the id of their event. */
  async function resultsOf(send: () => void, expected: number): Promise<Result[]> {
    const before = results.length;
    send();
    await waitFor(`${expected} results`, () => results.length >= before + expected);
    return results.slice(before);
  }

  async function expectResults(sender: Sender, each: EventCase): Promise<void> {
    const message = messageFrom(sender.source, each);
    const expected = Object.entries(each.results);
    const received = await resultsOf(() => sender.send(message), expected.length);
    expect(Object.fromEntries(received.map(({ id, outcome }) => [id, outcome]))).toEqual(plain(each.results));
    for (const { subject, type, run, outcome } of received) {
      expect(subject).toBe(message.subject.replace('.in.', '.out.'));
      expect(type).toBe(`org.llmos.run.${'code' in outcome ? 'failed' : 'completed'}`);
      // An event that became no run has none.
      expect(isRunId(run)).toBe('input' in outcome);
    }
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: { LLMOS_PORT: '0', LLMOS_ENCRYPTION: 'off' },
      startedWhen: '/healthz',
    });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    const forwarder = new Forwarder(bus, await RunRecords.open(bus));
    for (const capability of CAPABILITIES)
      bus.consume(taskConsumer('durable', capability), 4, (delivery) => end(delivery, forwarder));
    bus.nc.subscribe('llmos.out.>', {
      callback: (_, { subject, headers, data }) => receive(subject, (name) => headers!.get(name), data),
    });
  }, 120_000);
  afterAll(async () => {
    await bus?.close(200);
    await gateway?.stop();
    await nats.stop();
  }, 120_000);

  describe.each(senders)('of $name', (sender) => {
    const cases = EVENT_CASES.filter((each) => sender.canSend(messageFrom(sender.source, each)));
    const test = sender.missing === undefined ? it : it.skip;
    test.each(cases.map((each) => [each.mode, each.what, each] as const))(
      `${sender.missing ? `(skipped: ${sender.missing}) ` : ''}in %s mode leads to its results: %s`,
      (_, __, each) => expectResults(sender, each),
    );
  });

  describe('of the CloudEvents SDK', () => {
    let count = 0;
    const eventOf = (own: Partial<CloudEventV1<unknown>>) =>
      new CloudEvent({ id: `sdk-${++count}`, source: '/sdk', type: 'test', data: INPUT, ...own });
    const messageOf = ({ headers, body }: SdkMessage, pipeline = 'detect_intent'): Message => ({
      subject: `llmos.in.default.${pipeline}`,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: typeof body === 'string' ? body : new Uint8Array(body as Buffer),
    });
    const sound = Uint8Array.of(82, 73, 70, 70);

    it.each([
      ['binary', 'an object', eventOf({}), INPUT],
      ['structured', 'an object', eventOf({}), INPUT],
      ['binary', 'text', eventOf({ datacontenttype: 'text/plain', data: 'Hello' }), { text: 'Hello' }],
      ['structured', 'text', eventOf({ datacontenttype: 'text/plain', data: 'Hello' }), { text: 'Hello' }],
      [
        'binary',
        'bytes',
        eventOf({ datacontenttype: 'audio/wav', data: sound }),
        { audio: sound, audio_type: 'audio/wav' },
      ],
      [
        'structured',
        'bytes',
        eventOf({ datacontenttype: 'audio/wav', data: sound }),
        { audio: sound, audio_type: 'audio/wav' },
      ],
      ['binary', 'extensions', eventOf({ partitionkey: 'k', number: 5, flag: true }), INPUT],
      ['structured', 'extensions', eventOf({ partitionkey: 'k', number: 5, flag: true }), INPUT],
    ] as const)('in %s mode with %s becomes a run', async (mode, _, event, input) => {
      const pipeline = 'audio' in input ? 'transcribe' : 'detect_intent';
      const message = messageOf(HTTP[mode](event), pipeline);
      const [result] = await resultsOf(() => nodeClient.send(message), 1);
      expect(result).toMatchObject({ id: event.id, outcome: { input: plain(input) } });
    });

    it('in a batch becomes a run', async () => {
      const events = [eventOf({}), eventOf({ datacontenttype: 'text/plain', data: Buffer.from('Hello') })];
      const headers = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
      const message = messageOf({ headers, body: JSON.stringify(events) });
      const received = await resultsOf(() => nodeClient.send(message), 2);
      expect(received.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
      expect(received.map(({ outcome }) => outcome)).toContainEqual({ input: { text: 'Hello' } });
    });
  });

  describe('sent more than once', () => {
    const attributes = { 'ce-specversion': '1.0', 'ce-type': 'test', 'ce-source': '/again' };
    const send = (id: string, data: object) => () =>
      nodeClient.send({
        subject: 'llmos.in.default.detect_intent',
        headers: { ...attributes, 'ce-id': id },
        body: JSON.stringify(data),
      });

    it('starts one run', async () => {
      const [first] = await resultsOf(send('again', INPUT), 1);
      const again = send('again', INPUT);
      const [marker] = await resultsOf(() => [again(), again(), send('marker', INPUT)()], 1);
      expect(first).toMatchObject({ id: 'again' });
      expect(marker).toMatchObject({ id: 'marker' });
    });

    it('with other data fails', async () => {
      await resultsOf(send('changed', INPUT), 1);
      const [result] = await resultsOf(send('changed', { text: 'Something else' }), 1);
      expect(result).toMatchObject({ id: 'changed', outcome: { code: 'CONFLICT', field: 'id' } });
    });
  });

  it.each([
    ['the header', { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }, {}],
    ['the extension as header', { 'ce-traceparent': `00-${TRACE}-b7ad6b7169203331-01` }, {}],
    ['the extension in JSON', undefined, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }],
  ])('continues the trace of %s, completed or failed', async (what, headers, extension) => {
    for (const data of [INPUT, { text: 5 }]) {
      const own = { id: `${what} ${typeof data.text}`, source: '/trace', specversion: '1.0', type: 'test' };
      const message = headers
        ? {
            headers: { 'ce-specversion': '1.0', 'ce-source': own.source, 'ce-id': own.id, ...headers },
            body: JSON.stringify(data),
          }
        : { headers: {}, body: JSON.stringify({ ...own, ...extension, data }) };
      const [result] = await resultsOf(
        () => nodeClient.send({ subject: 'llmos.in.default.detect_intent', ...message }),
        1,
      );
      expect(result!.trace).toContain(TRACE);
    }
  });

  it('on a subject that is no address fails at the same place', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-source': '/lost', 'ce-id': 'lost' };
    const message = { subject: 'llmos.in.default.no.such', headers, body: '{}' };
    const [result] = await resultsOf(() => nodeClient.send(message), 1);
    expect(result).toMatchObject({
      subject: 'llmos.out.default.no.such',
      id: 'lost',
      outcome: { code: 'MALFORMED_EVENT', field: 'subject' },
    });
  });

  it('that is refused leaves a dead letter: of a batch, the refused event alone', async () => {
    const letters: string[] = [];
    const subscription = bus.nc.subscribe('llmos.dlq.gateway.default', {
      callback: (_, { data }) => void letters.push(Buffer.from(data).toString()),
    });
    const bad = { specversion: '1.0', id: 'dead', source: '/dead' };
    const good = { ...bad, id: 'alive', data: INPUT };
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const message = { subject: 'llmos.in.default.detect_intent', headers, body: JSON.stringify([bad, good]) };
    await resultsOf(() => nodeClient.send(message), 2);
    await waitFor('the dead letter', () => letters.length > 0);
    subscription.unsubscribe();
    expect(letters).toEqual([JSON.stringify(bad)]);
  });

  describe('over HTTP', () => {
    const post = async (headers: Record<string, string>, body: unknown, pipeline = 'detect_intent') => {
      const url = `${gateway.url}/v1/events/${pipeline}`;
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      return {
        status: response.status,
        location: response.headers.get('location'),
        body: (await response.json()) as Record<string, unknown>,
      };
    };
    const event = (id: string, own: object = {}) => ({
      specversion: '1.0',
      type: 't',
      source: '/http',
      id,
      data: INPUT,
      ...own,
    });
    const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

    it.each([
      ['structured mode', STRUCTURED, event('h-1')],
      ['structured mode as plain JSON', { 'content-type': 'application/json' }, event('h-2')],
      [
        'binary mode',
        { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-source': '/http', 'ce-id': 'h-3' },
        INPUT,
      ],
      [
        'binary mode with a type of its own',
        {
          'content-type': 'application/vnd.shop+json',
          'ce-specversion': '1.0',
          'ce-source': '/http',
          'ce-id': 'h%2D4',
        },
        INPUT,
      ],
    ])('in %s becomes a run with a result', async (_, headers, body) => {
      const before = results.length;
      const answer = await post(headers, body);
      expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
      expect(answer.location).toBe(`/v1/runs/${String(answer.body['run_id'])}`);
      await waitFor('its result', () => results.length > before);
      expect(results[before]).toMatchObject({ run: answer.body['run_id'], outcome: { input: INPUT } });
    });

    it('is the same event as on the bus', async () => {
      const [result] = await resultsOf(
        () =>
          nodeClient.send({
            subject: 'llmos.in.default.detect_intent',
            headers: STRUCTURED,
            body: JSON.stringify(event('h-5')),
          }),
        1,
      );
      expect((await post(STRUCTURED, event('h-5'))).body['run_id']).toBe(result!.run);
    });

    it.each([
      ['a wrong version', event('h-6', { specversion: '9' }), 'detect_intent', 400, 'MALFORMED_EVENT', 'specversion'],
      ['a wrong field', event('h-7', { data: { text: 5 } }), 'detect_intent', 400, 'INVALID_ARGUMENT', 'text'],
      ['an unknown pipeline', event('h-8'), 'nope', 404, 'UNKNOWN_PIPELINE', 'pipeline'],
    ])('with %s is refused', async (_, body, pipeline, status, code, field) => {
      expect(await post(STRUCTURED, body, pipeline)).toMatchObject({ status, body: { error: { code, field } } });
    });

    it('in a batch has an outcome of its own', async () => {
      const headers = { 'content-type': 'application/cloudevents-batch+json' };
      const batch = [event('h-9'), event('h-10', { data: { text: 5 } }), 7];
      const { status, body } = await post(headers, batch);
      expect({ status, body }).toMatchObject({
        status: 202,
        body: {
          events: [
            { id: 'h-9', status: 'accepted', run_id: expect.any(String) as string },
            { id: 'h-10', status: 'failed', error: { code: 'INVALID_ARGUMENT', field: 'text' } },
            { status: 'failed', error: { code: 'MALFORMED_EVENT', field: 'body' } },
          ],
        },
      });
      expect(await post(headers, [])).toMatchObject({ status: 202, body: { events: [] } });
    });
  });
});
