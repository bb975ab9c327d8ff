import { startStopwatch, waitFor } from '@llmos/testing';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayClient } from './gateway-client.js';
import { readEvents } from './run-events.js';

async function withServer<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const success = { status: 'success', result: 'Hello.', details: { language: 'en' }, run_id: 'r1' };
const completed = (result: string, details = {}) => ({ type: 'completed', result, details, timings: [], degraded: [] });
const failure = (code: string, retryable: boolean) =>
  JSON.stringify({ status: 'error', error: { code, message: 'Not now.', retryable, field: 'text' } });

describe('GatewayClient.run', () => {
  const event = (type: string, body: object, id: number) =>
    `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`;

  it('resumes a broken connection at the last event received', async () => {
    const resumedFrom: (string | undefined)[] = [];
    const deltas: unknown[] = [];
    const reply = await withServer(
      (request, response) => {
        if (request.method === 'POST') return void response.writeHead(202).end(JSON.stringify({ run_id: 'r7' }));
        resumedFrom.push(request.headers['last-event-id'] as string);
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-llmos-run': 'r7' });
        if (resumedFrom.length === 1)
          response.write(event('delta', { delta: { done: 1 } }, 5), () => response.destroy());
        else response.end(event('completed', completed('Done.', { n: 3 }), 6));
      },
      (url) => new GatewayClient(url).run('train_recommender', {}, { onDelta: (delta) => deltas.push(delta) }),
    );
    expect(reply).toMatchObject({ result: 'Done.', details: { n: 3 }, run_id: 'r7' });
    expect(resumedFrom).toEqual(['0', '5']);
    expect(deltas).toEqual([{ done: 1 }]);
  });

  it('cancels the run when the signal aborts', async () => {
    const leaving = new AbortController();
    const seen: string[] = [];
    const work = withServer(
      (request, response) => {
        seen.push(`${request.method} ${request.url}`);
        if (request.method === 'POST') return void response.writeHead(202).end(JSON.stringify({ run_id: 'r8' }));
        if (request.method === 'DELETE') return void response.end('{}');
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(event('delta', { delta: {} }, 1));
      },
      async (url) => {
        const client = new GatewayClient(url, { signal: leaving.signal });
        await expect(client.run('x', {}, { onDelta: () => leaving.abort(new Error('given up')) })).rejects.toThrow(
          'given up',
        );
        await waitFor('the run to be cancelled', () => seen.includes('DELETE /v1/runs/r8'));
      },
    );
    await work;
  });
});

describe('GatewayClient', () => {
  it('returns the answer, the unchanged JSON body and the trace id', async () => {
    const reply = await withServer(
      (_, response) =>
        response
          .writeHead(200, { traceparent: `00-${'ab'.repeat(16)}-0123456789abcdef-01` })
          .end(JSON.stringify(success)),
      (url) => new GatewayClient(url).process('greet', { text: 'hi' }),
    );
    expect(reply).toMatchObject({ result: 'Hello.', run_id: 'r1', traceId: 'ab'.repeat(16), body: success });
  });

  it('retries retryable failures and reports all others at once', async () => {
    let calls = 0;
    const reply = await withServer(
      (_, response) =>
        ++calls === 1
          ? response.writeHead(503).end(failure('OVERLOADED', true))
          : response.end(JSON.stringify(success)),
      (url) => new GatewayClient(url).process('greet', {}),
    );
    expect([reply.result, calls]).toEqual(['Hello.', 2]);
    const refused = withServer(
      (_, response) => (calls++, response.writeHead(400).end(failure('INVALID_ARGUMENT', false))),
      (url) => new GatewayClient(url).process('greet', {}),
    );
    await expect(refused).rejects.toThrow('INVALID_ARGUMENT: Not now. (text)');
    expect(calls).toBe(3);
  });

  it('reports steps and deltas as they arrive, and fails when the stream ends without a terminal event', async () => {
    const timing = { step: 'a', capability: 'a.b', queueMs: 1, handlerMs: 2, attempt: 1 };
    const events = [
      `event: step\ndata: ${JSON.stringify({ type: 'step', timing })}\n\n`,
      ': still here\n\n',
      'event: delta\ndata: {"delta":{"sentence":"Hel"}}\n\n',
    ].join('');
    const stream = (end: string, seen: unknown[]) =>
      withServer(
        (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events + end),
        (url) =>
          new GatewayClient(url).stream(
            'greet',
            {},
            { onStep: ({ step }) => seen.push(step), onDelta: (delta) => seen.push(delta) },
          ),
      );
    const seen: unknown[] = [];
    expect((await stream(`event: completed\ndata: ${JSON.stringify(completed('Hello.'))}\n\n`, seen)).result).toBe(
      'Hello.',
    );
    expect(seen).toEqual(['a', { sentence: 'Hel' }]);
    await expect(stream('', [])).rejects.toThrow('connection broke');
    await expect(stream(`event: failed\ndata: ${failure('INTERNAL', false)}\n\n`, [])).rejects.toThrow('INTERNAL');
  });

  it('does not retry a run whose deadline passed, nor a stream that was reported in part', async () => {
    let calls = 0;
    const late = withServer(
      (_, response) => (calls++, response.writeHead(504).end(failure('DEADLINE_EXCEEDED', true))),
      (url) => new GatewayClient(url).process('greet', {}),
    );
    await expect(late).rejects.toThrow('DEADLINE_EXCEEDED');
    const deltas: unknown[] = [];
    const half = withServer(
      (_, response) => {
        calls++;
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(`event: delta\ndata: {"delta":"Hel"}\n\nevent: failed\ndata: ${failure('UNAVAILABLE', true)}\n\n`);
      },
      (url) => new GatewayClient(url).stream('greet', {}, { onDelta: (delta) => deltas.push(delta) }),
    );
    await expect(half).rejects.toThrow('UNAVAILABLE');
    expect([calls, deltas]).toEqual([2, ['Hel']]);
  });

  it('fails when the connection is cut', async () => {
    const cut = withServer(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: delta\ndata: {"delta":1}\n\n');
        setTimeout(() => response.destroy(), 20);
      },
      (url) => new GatewayClient(url).stream('greet', {}, {}),
    );
    await expect(cut).rejects.toThrow('The connection broke before the answer was complete');
  });

  it('ends at once when the signal aborts, during a request and during a pause between attempts', async () => {
    const waits = (listener: RequestListener) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 60);
      return withServer(listener, (url) => new GatewayClient(url, { signal: stop.signal }).process('greet', {}));
    };
    const elapsed = startStopwatch();
    await expect(waits(() => undefined)).rejects.toThrow('aborted');
    await expect(waits((_, response) => response.end(failure('OVERLOADED', true)))).rejects.toThrow('aborted');
    expect(elapsed()).toBeLessThan(1_000);
  });

  it('reports an address where no gateway answers', async () => {
    await expect(new GatewayClient('http://127.0.0.1:1').process('greet', {})).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'No gateway answers at http://127.0.0.1:1',
    });
  });

  it('reports a reply that is not JSON, naming the address', async () => {
    const wrong = withServer(
      (_, response) => response.end('<html>'),
      (url) => new GatewayClient(url).process('greet', {}),
    );
    await expect(wrong).rejects.toMatchObject({
      code: 'MALFORMED_REPLY',
      message: expect.stringMatching(/HTTP 200.*127.0.0.1/) as string,
    });
  });
});

describe('readEvents', () => {
  it('reads events wherever the network cuts the bytes, and ignores an incomplete event at the end', async () => {
    const bytes = new TextEncoder().encode(
      'event: delta\r\nid: 5\r\ndata: {"a":"ü"}\r\n\r\ndata: {\ndata: }\n\ndata: {}',
    );
    const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
    const events = [];
    for await (const event of readEvents(body)) events.push(event);
    expect(events).toEqual([
      { type: 'delta', data: { a: 'ü' }, id: '5' },
      { type: 'message', data: {} },
    ]);
  });
});
