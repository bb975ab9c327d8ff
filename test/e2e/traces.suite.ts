import { headers } from '@nats-io/transport-node';
import { waitFor, type ReceivedSpan } from '@llmos/testing';
import { QUESTIONS, type Instance } from './instance.js';

const SERVER = 2;
const PRODUCER = 4;
const CONSUMER = 5;

/** The spans that an instance exports over OTLP. */
export function tracesSuite(running: () => Instance, received: () => readonly ReceivedSpan[]): void {
  let instance: Instance;
  beforeAll(() => {
    instance = running();
  });

  /** The spans of a trace, once those of the model, of the last step, of the root and of all parents are there. */
  const traceOf = (traceId: string, root: string) =>
    waitFor(`the spans of ${traceId}`, () => {
      const spans = received().filter((span) => span.traceId === traceId);
      const names = spans.map(({ name }) => name);
      return names.includes(root) &&
        names.some((name) => name.startsWith('chat ')) &&
        names.some((name) => name.startsWith('process') && name.endsWith('conversation.record')) &&
        spans.every((span) => span.name === root || spans.some(({ spanId }) => spanId === span.parentSpanId))
        ? spans
        : undefined;
    });
  const parentOf = (spans: ReceivedSpan[], span: ReceivedSpan) =>
    spans.find(({ spanId }) => spanId === span.parentSpanId);
  const named = (spans: ReceivedSpan[], name: string) => {
    const found = spans.filter((span) => span.name === name);
    expect({ name, count: found.length }).toEqual({ name, count: 1 });
    return found[0]!;
  };

  const childOf = (spans: ReceivedSpan[], parent: ReceivedSpan, name: string) =>
    named(
      spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId),
      name,
    );

  it('exports one trace from the HTTP request through every hop to each model call', async () => {
    const {
      status,
      headers: answered,
      body,
    } = await instance.askUntilWhole({ audio: QUESTIONS[0]!.audio.toString('base64') });
    expect(status).toBe(200);
    const traceId = answered.get('traceparent')!.slice(3, 35);
    const spans = await traceOf(traceId, 'POST /serving/process');
    const root = named(spans, 'POST /serving/process');
    expect(root).toMatchObject({ kind: SERVER, service: 'gateway', attributes: { 'llmos.run': body.run_id } });
    expect(root.parentSpanId).toBeUndefined();
    let previous = root;
    for (const capability of [
      'asr.transcribe',
      'conversation.understand',
      'intent.detect',
      'retrieval.search',
      'security.screen',
      'security.redact',
      'generation.answer',
      'security.screen',
      'conversation.record',
    ]) {
      const send = childOf(spans, previous, `send llmos.task.live.${capability}`);
      const process = childOf(spans, send, `process llmos.task.live.${capability}`);
      expect(send).toMatchObject({ kind: PRODUCER });
      expect(process).toMatchObject({ kind: CONSUMER, service: capability.split('.')[0] });
      expect(process.attributes).toMatchObject({
        'llmos.redelivery_count': 0,
        'llmos.queue_wait_ms': expect.any(Number) as number,
        'messaging.message.body.size': expect.any(Number) as number,
      });
      previous = process;
    }
    const models = spans.filter(({ attributes }) => attributes['gen_ai.request.model'] !== undefined);
    // The security service embeds suspicious parts of passages that it has not seen before.
    expect(new Set(models.map(({ service }) => service).filter((service) => service !== 'security'))).toEqual(
      new Set(['asr', 'intent', 'retrieval', 'generation']),
    );
    expect(models.find(({ service }) => service === 'generation')!.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': expect.any(Number) as number,
      'gen_ai.usage.output_tokens': expect.any(Number) as number,
    });
    for (const span of models) expect(parentOf(spans, span)?.service).toBe(span.service);
    expect(spans.filter((span) => span !== root && !parentOf(spans, span)).map(({ name }) => name)).toEqual([]);
  });

  it('exports no user input in spans', async () => {
    const canary = { card: '4012 8888 8888 1881', name: 'Zebulon Quixworth' };
    const { headers: answered } = await instance.askUntilWhole({
      text: `My card ${canary.card} was stolen by ${canary.name}.`,
    });
    const spans = await traceOf(answered.get('traceparent')!.slice(3, 35), 'POST /serving/process');
    expect(spans.length).toBeGreaterThan(10);
    expect(JSON.stringify(received()).match(/4012 8888|Quixworth|stolen/g)).toBeNull();
  });

  it("continues the trace of the caller's traceparent header", async () => {
    const traceId = 'abcdef0123456789abcdef0123456789';
    await instance.post(
      '/serving/process',
      { name: 'customer_service', text: 'How do I change my PIN?' },
      { 'content-type': 'application/json', traceparent: `00-${traceId}-1111111111111111-01` },
    );
    const spans = await traceOf(traceId, 'POST /serving/process');
    expect(named(spans, 'POST /serving/process').parentSpanId).toBe('1111111111111111');
  });

  it('exports one trace from an event to its result', async () => {
    const traceId = '0123456789abcdef0123456789abcdef';
    const nc = await instance.connectAs('default');
    const h = headers();
    for (const [name, value] of Object.entries({
      'ce-specversion': '1.0',
      'ce-id': 'traced-1',
      'ce-source': 'crm',
      'content-type': 'application/json',
      traceparent: `00-${traceId}-2222222222222222-01`,
    }))
      h.set(name, value);
    nc.publish('llmos.in.default.customer_service', JSON.stringify({ text: 'I lost my phone.' }), { headers: h });
    await nc.flush();
    await nc.close();
    const result = 'send llmos.out.default.customer_service';
    await waitFor('the result', () => received().some((span) => span.traceId === traceId && span.name === result));
    const spans = await traceOf(traceId, 'process llmos.in.{tenant}.{pipeline}');
    expect(named(spans, 'process llmos.in.{tenant}.{pipeline}')).toMatchObject({
      kind: CONSUMER,
      parentSpanId: '2222222222222222',
    });
    expect(named(spans, result).service).toBe('retrieval');
    expect(
      spans
        .filter((span) => span.parentSpanId !== '2222222222222222' && !parentOf(spans, span))
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('writes the trace id into the log lines of a run', async () => {
    const { headers: answered } = await instance.ask({ audio: 'AAAA' });
    const traceId = answered.get('traceparent')!.slice(3, 35);
    await waitFor('a log line with the trace id', () => instance.log().includes(`"trace_id":"${traceId}"`));
  });
}
