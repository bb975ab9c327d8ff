import { waitFor } from '@llmos/testing';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { DATA_LINES, EventStream } from './event-stream.js';
import { hangUpSignal } from './hang-up.js';

const PIECE = 'x'.repeat(100_000);
/** More than the buffers of both sockets and the stream hold together. */
const PIECES = 500;

describe('EventStream', () => {
  let fastify: FastifyInstance;
  let handle: (reply: FastifyReply) => Promise<void>;
  let port: number;
  const read = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  /** A client that sends a request and reads nothing. */
  const connectSilently = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').pause();
    await once(socket, 'connect');
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    return socket;
  };

  beforeAll(async () => {
    fastify = Fastify();
    fastify.get('/', (_, reply) => handle(reply));
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    port = (fastify.server.address() as AddressInfo).port;
  });
  afterAll(() => fastify.close());

  it('sends named events, numbered on from the last id, with the headers of the reply', async () => {
    handle = async (reply) => {
      const events = new EventStream(reply.header('x-llmos-run', 'r1'));
      await events.send('step', { a: 1 }, 41);
      await events.send('completed', { b: 'ü' });
      events.end();
    };
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-llmos-run': 'r1',
    });
    expect(await response.text()).toBe(
      'id: 41\nevent: step\ndata: {"a":1}\n\nid: 42\nevent: completed\ndata: {"b":"ü"}\n\n',
    );
  });

  it('sends lines of data ended by [DONE] in the form that clients of the OpenAI API expect', async () => {
    handle = async (reply) => {
      const events = new EventStream(reply, DATA_LINES);
      await events.send('delta', { a: 1 });
      events.end();
    };
    expect(await read()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
  });

  it('holds back a sender that waits while the client does not read, and sends everything once it reads', async () => {
    let sent = 0;
    let unread = 0;
    handle = async (reply) => {
      const events = new EventStream(reply);
      for (; sent < PIECES; sent++) {
        await events.send('delta', PIECE);
        unread = Math.max(unread, reply.raw.writableLength);
      }
      events.end();
    };
    const client = await connectSilently();
    let before = -1;
    await waitFor('the sender to be held back', () => before === (before = sent) && sent > 0);
    expect(sent).toBeLessThan(PIECES);
    let receivedBytes = 0;
    client.on('data', (piece) => (receivedBytes += piece.length)).resume();
    await waitFor('everything to be received', () => receivedBytes > PIECES * PIECE.length);
    expect(unread).toBeLessThan(2 * PIECE.length);
    client.destroy();
  });

  it('disconnects a client that does not read from a sender that cannot wait, before memory grows', async () => {
    let unread = 0;
    const aborted = Promise.withResolvers<void>();
    handle = async (reply) => {
      const events = new EventStream(reply);
      hangUpSignal(reply).addEventListener('abort', () => aborted.resolve());
      for (let i = 0; i < PIECES; i++) {
        void events.send('delta', PIECE);
        unread = Math.max(unread, reply.raw.writableLength);
        await new Promise((resolve) => setImmediate(resolve));
      }
      events.end();
    };
    const client = await connectSilently();
    await aborted.promise;
    expect(unread).toBeLessThan(20_000_000 + 2 * PIECE.length);
    client.destroy();
  });

  it('disconnects a client that reads nothing for a while, also after the last event', async () => {
    const closed = Promise.withResolvers<void>();
    handle = async (reply) => {
      reply.raw.on('close', () => closed.resolve());
      const events = new EventStream(reply, undefined, 500);
      for (let i = 0; i < 100; i++) void events.send('delta', PIECE);
      events.end();
    };
    const client = await connectSilently();
    await closed.promise;
    client.destroy();
  });

  it('stops holding back the sender when the client disconnects', async () => {
    const ended = Promise.withResolvers<void>();
    let sent = 0;
    handle = async (reply) => {
      const events = new EventStream(reply);
      for (; sent < PIECES; sent++) await events.send('delta', PIECE);
      events.end();
      ended.resolve();
    };
    const client = await connectSilently();
    await waitFor('the first events', () => sent > 0);
    client.destroy();
    await ended.promise;
  });
});
