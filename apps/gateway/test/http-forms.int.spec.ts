import { Bus, taskConsumer, type Delivery } from '@llmos/bus';
import type { Pipeline } from '@llmos/contracts';
import { Forwarder, RunRecords } from '@llmos/mesh';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { connect } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { showProcess } from './shown-process.js';

const PROCESS = '/serving/process';
const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT = 'Where is my card?';
const ASK = JSON.stringify({ name: 'detect_intent', text: TEXT });
const LIMIT = 1_000_000;
const BOUNDARY = 'between';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function field(name: string, content: string, filename?: string): string {
  const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: application/octet-stream`;
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
}
const form = (...fields: string[]) => `${fields.join('')}--${BOUNDARY}--\r\n`;

/** The forms of HTTP that clients, proxies and browsers send, byte for byte, to a running gateway. */
describe('the gateway over HTTP', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let bus: Bus;
  let hide: () => void;

  /** Sends bytes and reads the reply until the gateway closes the connection. */
  function exchange(bytes: string | Buffer): Promise<Reply> {
    const { port } = new URL(gateway.url);
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (piece: Buffer) => pieces.push(piece));
      socket.on('error', reject);
      socket.on('close', () => resolve(replyOf(Buffer.concat(pieces).toString())));
    });
  }

  function send({ method = 'POST', path = PROCESS, headers = JSON_TYPE, body }: Sent): Promise<Reply> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const all = { host: 'localhost', connection: 'close', ...length, ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    return exchange(Buffer.concat([head, Buffer.from(body ?? '')]));
  }

  function expectError(reply: Reply, status: number, code: string, where: string): void {
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect({ status: reply.status, body: JSON.parse(reply.text) as unknown }).toMatchObject({
      status,
      body: { status: 'error', error: { code, field: where, message: expect.any(String) as string } },
    });
  }

  /** Answers with the input of the run. */
  async function answer(delivery: Delivery, forwarder: Forwarder): Promise<void> {
    const { envelope, body } = await bus.decode(delivery);
    const task = body as { pipeline: string; input: unknown };
    const pipeline = JSON.parse(task.pipeline) as Pipeline;
    const details = { input: task.input };
    const completed = { type: 'completed' as const, result: 'Done.', details, timings: [], degraded: [] };
    await forwarder.endRun(envelope, { pipeline, timings: [] }, completed, undefined);
    delivery.ack();
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    const env = { LLMOS_PORT: '0', LLMOS_MAX_BODY_BYTES: String(LIMIT) };
    gateway = await startServiceProcess({ app: 'gateway', natsUrl: nats.url, env, startedWhen: '/healthz' });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    const forwarder = new Forwarder(bus, await RunRecords.open(bus));
    bus.consume(taskConsumer('live', 'intent.detect'), 4, (delivery) => answer(delivery, forwarder));
    bus.consume(taskConsumer('live', 'recommender.recommend'), 4, (delivery) => answer(delivery, forwarder));
    hide = await showProcess(bus, 'intent', ['intent.detect', 'recommender.recommend'], gateway.url);
  }, 120_000);
  afterAll(async () => {
    hide?.();
    await bus?.close(200);
    await gateway?.stop();
    await nats.stop();
  }, 120_000);

  it.each([
    ['gzip', gzipSync(ASK)],
    ['GZIP', gzipSync(ASK)],
    ['x-gzip', gzipSync(ASK)],
    ['br', brotliCompressSync(ASK)],
    ['deflate', deflateSync(ASK)],
    ['deflate', deflateRawSync(ASK)],
    ['identity', Buffer.from(ASK)],
  ])('decodes a body with the encoding %s', async (encoding, body) => {
    const reply = await send({ headers: { ...JSON_TYPE, 'content-encoding': encoding }, body });
    expect(JSON.parse(reply.text)).toMatchObject({ status: 'success', details: { input: { text: TEXT } } });
  });

  it('decodes an encoded form', async () => {
    const body = gzipSync(form(field('name', 'detect_intent'), field('text', TEXT)));
    const reply = await send({ headers: { ...FORM, 'content-encoding': 'gzip' }, body });
    expect(JSON.parse(reply.text)).toMatchObject({ details: { input: { text: TEXT } } });
  });

  it.each([
    ['an unknown encoding', 'zstd', zstdCompressSync(Buffer.from(ASK)), 415, 'UNSUPPORTED_MEDIA', 'content-encoding'],
    ['an encoding of another time', 'compress', Buffer.from(ASK), 415, 'UNSUPPORTED_MEDIA', 'content-encoding'],
    ['two encodings', 'gzip, gzip', gzipSync(gzipSync(ASK)), 415, 'UNSUPPORTED_MEDIA', 'content-encoding'],
    [
      'an encoding with the name of a property',
      'constructor',
      Buffer.from(ASK),
      415,
      'UNSUPPORTED_MEDIA',
      'content-encoding',
    ],
    ['a body that is cut off', 'gzip', gzipSync(ASK).subarray(0, 30), 400, 'INVALID_ARGUMENT', 'body'],
    ['a body that is not encoded', 'br', Buffer.from(ASK), 400, 'INVALID_ARGUMENT', 'body'],
    [
      'a body that is too large when it is decoded',
      'gzip',
      gzipSync(Buffer.alloc(200_000_000)),
      413,
      'PAYLOAD_TOO_LARGE',
      'body',
    ],
    ['the same in Brotli', 'br', brotliCompressSync(Buffer.alloc(20_000_000)), 413, 'PAYLOAD_TOO_LARGE', 'body'],
    ['JSON that is wrong when it is decoded', 'gzip', gzipSync('{'), 400, 'MALFORMED_JSON', 'body'],
  ])('refuses %s', async (_, encoding, body, status, code, where) => {
    const reply = await send({ headers: { ...JSON_TYPE, 'content-encoding': encoding }, body });
    expectError(reply, status, code, where);
    const accepted = status === 415 ? 'gzip, br, deflate, identity' : null;
    expect(reply.headers.get('accept-encoding')).toBe(accepted);
  });

  it.each<[string, Sent, number, string, string]>([
    ['a malformed escape in the path', { method: 'GET', path: '/v1/documents/%zz' }, 400, 'INVALID_ARGUMENT', 'path'],
    ['an escape in the path that is not UTF-8', { method: 'GET', path: '/nope/%ff' }, 400, 'INVALID_ARGUMENT', 'path'],
    [
      'a malformed escape in the query',
      { method: 'GET', path: '/v1/documents?after=%z' },
      400,
      'INVALID_ARGUMENT',
      'query',
    ],
    [
      'an escape in the query that is not UTF-8',
      { method: 'GET', path: '/v1/documents?after=%ff' },
      400,
      'INVALID_ARGUMENT',
      'query',
    ],
    [
      'a part of the path that is too long',
      { method: 'GET', path: `/v1/runs/${'a'.repeat(600)}` },
      404,
      'NOT_FOUND',
      'path',
    ],
    [
      'a run id in capitals, of a run that is not kept',
      { method: 'GET', path: '/v1/runs/019A20A9-2D57-739A-8ADD-326838AE97DE' },
      404,
      'NOT_FOUND',
      'id',
    ],
    ['headers of more than 16 KB', { headers: { 'x-much': 'a'.repeat(20_000) } }, 431, 'HEADERS_TOO_LARGE', 'headers'],
    [
      'an unknown charset',
      { headers: { 'content-type': 'application/json; charset=klingon' }, body: ASK },
      415,
      'UNSUPPORTED_MEDIA',
      'content-type',
    ],
    ['a body without a type', { headers: {}, body: ASK }, 415, 'UNSUPPORTED_MEDIA', 'content-type'],
    [
      'an event at an address of none',
      { headers: { 'content-type': 'application/cloudevents+json' }, body: ASK },
      415,
      'UNSUPPORTED_MEDIA',
      'content-type',
    ],
    ['JSON that is no JSON', { body: '{\n  "name": "x",\n  "text": oops\n}' }, 400, 'MALFORMED_JSON', 'body'],
    [
      'a field that browsers cannot send',
      { body: '{"name":"detect_intent","text":"a","__proto__":{}}' },
      400,
      'INVALID_ARGUMENT',
      '__proto__',
    ],
    [
      'an empty text',
      { body: JSON.stringify({ name: 'detect_intent', text: '\v\f' }) },
      400,
      'INVALID_ARGUMENT',
      'text',
    ],
  ])('refuses %s', async (_, sent, status, code, where) => expectError(await send(sent), status, code, where));

  it.each([
    ['no HTTP', 'GARBAGE\r\n\r\n', 'request'],
    ['an unknown version', 'GET / HTTP/9.9\r\n\r\n', 'request'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nhost: localhost\r\n\r\n', 'request'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nhost: localhost\r\nwrong\r\n\r\n', 'request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'request',
    ],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 'host'],
    ['two hosts', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nHost: other\r\nconnection: close\r\n\r\n', 'host'],
  ])('refuses %s', async (_, bytes, where) => expectError(await exchange(bytes), 400, 'INVALID_ARGUMENT', where));

  it('answers who takes it for a proxy', async () => {
    const reply = await exchange('CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n');
    expectError(reply, 405, 'METHOD_NOT_ALLOWED', 'method');
  });

  it('answers a client that sends headers for ever, and disconnects it', async () => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    let text = '';
    socket.on('data', (piece: Buffer) => void (text += piece.toString()));
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n');
    const writing = setInterval(() => socket.write(`x-more: ${'a'.repeat(10_000)}\r\n`), 5);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(writing);
    expectError(replyOf(text), 431, 'HEADERS_TOO_LARGE', 'headers');
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1);
  });

  it('names line and column of wrong JSON, and does not repeat the JSON', async () => {
    const { text } = await send({ body: '{\n  "name": "x",\n  "text": secret\n}' });
    expect(text).toContain('line 3, column 11');
    expect(text).not.toContain('secret');
  });

  it.each<[string, Sent]>([
    ['a charset', { headers: { 'content-type': 'Application/JSON; Charset="UTF-8"' }, body: ASK }],
    [
      'another charset',
      { headers: { 'content-type': 'application/json; charset=utf-16le' }, body: Buffer.from(ASK, 'utf16le') },
    ],
    [
      'UTF-16 whose order its mark tells',
      {
        headers: { 'content-type': 'application/json; charset=UTF-16' },
        body: Buffer.from(`\ufeff${ASK}`, 'utf16le').swap16(),
      },
    ],
    ['a byte order mark', { body: `\ufeff${ASK}` }],
    ['an expectation', { headers: { ...JSON_TYPE, expect: 'x-anything' }, body: ASK }],
    ['a slash at the end', { path: `${PROCESS}/`, body: ASK }],
    ['a slash at the end and a query', { path: `${PROCESS}/?x=%C3%A9`, body: ASK }],
    ['the same key twice', { body: `{"text":"first",${ASK.slice(1)}` }],
    ['a form', { headers: FORM, body: form(field('name', 'detect_intent'), field('text', TEXT)) }],
  ])('reads a request with %s', async (_, sent) => {
    const reply = await send(sent);
    expect(JSON.parse(reply.text)).toMatchObject({ status: 'success', details: { input: { text: TEXT } } });
  });

  it.each([
    ['a file input', [field('audio', '', '')]],
    ['text inputs', [field('text', ''), field('user_id', '')]],
  ])('takes %s of a form that was left empty for absent', async (_, fields) => {
    const reply = await send({ headers: FORM, body: form(field('name', 'customer_service'), ...fields) });
    expect(JSON.parse(reply.text)).toMatchObject({ status: 'success', details: { greeting: true } });
  });

  it('refuses a form of too many fields, and a part without a name', async () => {
    const many = Array.from({ length: 40 }, (_, at) => field(`f${at}`, 'x'));
    const refused = await send({ headers: FORM, body: form(...many) });
    expectError(refused, 413, 'PAYLOAD_TOO_LARGE', 'body');
    expect(refused.text).toContain('32 fields');
    const nameless = `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n`;
    expectError(await send({ headers: FORM, body: form(nameless) }), 400, 'INVALID_ARGUMENT', 'body');
  });

  it('reads numbers, yes and no, and lists in a form', async () => {
    const fields = [
      field('user_id', '007'),
      field('limit', '3'),
      field('in_stock_only', 'on'),
      field('items', '["a"]'),
    ];
    const reply = await send({ headers: FORM, body: form(field('name', 'recommendation_system'), ...fields) });
    const input = { user_id: '007', limit: 3, in_stock_only: true, items: ['a'] };
    expect(JSON.parse(reply.text)).toMatchObject({ status: 'success', details: { input } });
  });

  it('refuses two files in one field, of which one would be lost', async () => {
    const files = [field('file', 'user,item\nu,i\n', 'a.csv'), field('file', 'user,item\nv,i\n', 'b.csv')];
    const reply = await send({ path: '/v1/interactions', headers: FORM, body: form(...files) });
    expectError(reply, 400, 'INVALID_ARGUMENT', 'file');
  });

  it('refuses a file that is empty', async () => {
    const body = form(field('name', 'customer_service'), field('audio', '', 'call.wav'));
    expectError(await send({ headers: FORM, body }), 400, 'INVALID_ARGUMENT', 'audio');
  });

  it.each([
    ['text/event-stream;q=0.9, application/json', 'application/json; charset=utf-8'],
    ['application/json;q=0.5, Text/Event-Stream', 'text/event-stream; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['image/png', 'application/json; charset=utf-8'],
  ])('answers a client that accepts %s with %s', async (accept, type) => {
    const reply = await send({ headers: { ...JSON_TYPE, accept }, body: ASK });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, type]);
  });

  it('names the methods of each documented address', async () => {
    const { text } = await send({ method: 'GET', path: '/openapi.json' });
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, object>> };
    for (const [path, methods] of Object.entries(paths)) {
      const known = Object.keys(methods).map((method) => method.toUpperCase());
      const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
      const at = path.replaceAll(/\{\w+\}/g, 'x');
      for (const address of [at, `${at}/`, `${at}?x=1`]) {
        const wrong = await send({ method: 'PATCH', path: address, body: '{' });
        expectError(wrong, 405, 'METHOD_NOT_ALLOWED', 'method');
        expect({ address, allow: wrong.headers.get('allow') }).toEqual({ address, allow });
      }
      expect((await send({ method: 'OPTIONS', path: at, headers: {} })).status).toBe(204);
    }
  });
});

function replyOf(text: string): Reply {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 2),
  ]);
  return { status: Number(first.split(' ')[1]), headers: new Headers(headers), text: text.slice(end + 4) };
}
