import { startStopwatch } from '@llmos/testing';
import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Callers } from './callers.js';

describe('Callers', () => {
  let server: Server;
  let callers: Callers;
  let agent: Agent;
  /** Requests that wait for their answer. */
  let held: (() => void)[];

  beforeEach(async () => {
    held = [];
    agent = new Agent({ keepAlive: true });
    server = createServer((incoming, response) => {
      if (incoming.url === '/slow') held.push(() => response.end('slow'));
      else response.end('quick');
    });
    callers = new Callers(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });

  const ask = (path: string) =>
    new Promise<{ text: string; connection: string | undefined }>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ port, host: '127.0.0.1', path, agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ text, connection: response.headers.connection }));
      });
      sent.on('error', reject).end();
    });

  it('answers the requests in progress, and those on open connections, before it leaves', async () => {
    expect(await ask('/')).toMatchObject({ text: 'quick', connection: 'keep-alive' });
    const slow = ask('/slow');
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    let hasLeft = false;
    const leaving = callers.leave(10_000).then(() => (hasLeft = true));
    expect(await ask('/')).toMatchObject({ text: 'quick', connection: 'close' });
    expect(hasLeft).toBe(false);
    held[0]!();
    expect(await slow).toMatchObject({ text: 'slow', connection: 'close' });
    await leaving;
    expect(hasLeft).toBe(true);
  });

  it('leaves a connection without a request open for a while: its caller may be sending one', async () => {
    await ask('/');
    const elapsed = startStopwatch();
    const leaving = callers.leave(2_600);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask('/')).toMatchObject({ text: 'quick', connection: 'close' });
    await leaving;
    expect(elapsed()).toBeLessThan(2_000);
  });

  it('leaves in spite of a request that is never answered', async () => {
    ask('/slow').catch(() => undefined);
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const elapsed = startStopwatch();
    await callers.leave(600);
    expect(elapsed()).toBeLessThan(2_000);
  });
});
