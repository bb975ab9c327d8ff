import { onBehalfOf } from '@llmos/resilience';
import { startStopwatch } from '@llmos/testing';
import { OpenAiCompatibleModel } from '../src/adapters/openai-compatible.adapter.js';
import { delta, event, sendWords, startOpenAiServer, type OpenAiServer } from './openai-server.js';

const messages = [{ role: 'user' as const, content: 'Hello' }];
const options = (signal = new AbortController().signal) => ({ maxTokens: 20, temperature: 0, signal });

describe('OpenAiCompatibleModel', () => {
  let server: OpenAiServer;
  let model: OpenAiCompatibleModel;

  beforeAll(async () => {
    server = await startOpenAiServer();
    model = new OpenAiCompatibleModel({
      url: `${server.url}/v1/`,
      model: 'big',
      apiKey: 'secret',
      idleTimeoutMs: 30_000,
    });
  });
  afterAll(async () => {
    await model.close();
    await server.close();
  });

  it('streams the text of the server, with the token counts of the server', async () => {
    server.reply = sendWords(['Good', ' day', ' £1 ✓']);
    const pieces: string[] = [];
    const onText = (piece: string) => (pieces.push(piece), undefined);
    await expect(model.generate(messages, { ...options(), onText })).resolves.toEqual({
      text: 'Good day £1 ✓',
      inputTokens: 11,
      outputTokens: 3,
      finishReason: 'stop',
    });
    expect(pieces).toEqual(['Good', ' day', ' £1 ✓']);
    expect(server.received.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      authorization: 'Bearer secret',
      body: { model: 'big', messages, max_tokens: 20, temperature: 0, stream: true },
    });
  });

  it('reads events and characters that arrive byte by byte, with any line end', async () => {
    server.reply = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(
        `: a comment\r\n\r\ndata: ${JSON.stringify(delta('£5 ✓', 'stop'))}\r\n\r\ndata: [DONE]\r\n\r\n`,
      );
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    };
    await expect(model.generate(messages, options())).resolves.toMatchObject({ text: '£5 ✓', finishReason: 'stop' });
  });

  it('closes the request when onText returns stop', async () => {
    let closed!: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    server.reply = (response) => {
      response.on('close', closed).writeHead(200, { 'content-type': 'text/event-stream' });
      event(response, delta('One.'));
    };
    await expect(model.generate(messages, { ...options(), onText: () => 'stop' })).resolves.toMatchObject({
      text: 'One.',
      finishReason: 'stop',
    });
    await gone;
  });

  it.each([
    [500, 'UNAVAILABLE'],
    [401, 'UNAVAILABLE'],
    [429, 'OVERLOADED'],
    [400, 'INVALID_ARGUMENT'],
  ])('turns status %d into %s', async (status, code) => {
    server.reply = (response) => void response.writeHead(status).end('{}');
    await expect(model.generate(messages, options())).rejects.toMatchObject({ code });
  });

  it('reports a stream that ends without a finish reason as an error', async () => {
    server.reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      event(response, delta('Half an'));
      response.end();
    };
    await expect(model.generate(messages, options())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    ['a cut connection', (response: import('node:http').ServerResponse) => void response.socket?.destroy()],
    ['an event that is not JSON', (response: import('node:http').ServerResponse) => event(response, '{oops')],
    [
      'an event of another shape',
      (response: import('node:http').ServerResponse) => event(response, { choices: 'none' }),
    ],
    [
      'an error inside the stream',
      (response: import('node:http').ServerResponse) => event(response, { error: { message: 'out of memory' } }),
    ],
  ])('turns %s into UNAVAILABLE', async (_, fault) => {
    server.reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      event(response, delta('Half'));
      setImmediate(() => fault(response));
    };
    await expect(model.generate(messages, options())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('turns silence into UNAVAILABLE', async () => {
    server.reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      event(response, delta('Half'));
    };
    const impatient = new OpenAiCompatibleModel({ url: `${server.url}/v1/`, model: 'big', idleTimeoutMs: 300 });
    await expect(impatient.generate(messages, options())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await impatient.close();
  });

  it('notices soon that a fast server has stalled, while somebody waits', async () => {
    const stalled = new OpenAiCompatibleModel({ url: server.url, model: 'big', idleTimeoutMs: 30_000 });
    const ask = () => onBehalfOf({ lane: 'live', tenant: 'acme' }, () => stalled.generate(messages, options()));
    server.reply = sendWords(['Good', ' day']);
    await ask();
    server.reply = () => undefined;
    const elapsed = startStopwatch();
    await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(elapsed()).toBeLessThan(5_000);
    await stalled.close();
  });

  it('rejects with the reason of the abort', async () => {
    const caller = new AbortController();
    server.reply = () => caller.abort(new Error('left'));
    await expect(model.generate(messages, options(caller.signal))).rejects.toThrow('left');
  });

  it('reports a server that cannot be reached', async () => {
    const absent = new OpenAiCompatibleModel({ url: 'http://127.0.0.1:1', model: 'big', idleTimeoutMs: 300 });
    await expect(absent.generate(messages, options())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
