import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.js';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let client: Socket;
  let received: string;
  beforeEach(async () => {
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.listen();
    proxy.targetPort = (echo.address() as AddressInfo).port;
    client = createConnection(proxy.port, '127.0.0.1');
    received = '';
    client.on('data', (chunk) => (received += chunk.toString()));
    client.write('a');
    await once(client, 'data');
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    echo.close();
  });

  it('holds back what is sent while it is cut, and delivers it when it is mended', async () => {
    proxy.cut();
    client.write('b');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toBe('a');
    proxy.mend();
    await once(client, 'data');
    expect(received).toBe('ab');
  });

  it('delays both directions, and keeps the order', async () => {
    proxy.slow(50);
    const from = performance.now();
    client.write('b');
    setTimeout(() => client.write('c'), 5);
    while (received.length < 3) await once(client, 'data');
    expect(received).toBe('abc');
    expect(performance.now() - from).toBeGreaterThan(98);
  });

  it('breaks connections', async () => {
    proxy.reset();
    await once(client, 'close');
    expect(client.destroyed).toBe(true);
  });
});
