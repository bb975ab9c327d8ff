import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestNatsServer } from './nats-server.js';

/** A TCP proxy in front of a nats-server that crashes it at a chosen JetStream request. */
export interface BrokerProxy {
  readonly url: string;
  /** Whether the request has come. */
  readonly hasCrashed: boolean;
  /** Resolves when the server has crashed and accepts connections again. */
  readonly restarted: Promise<void>;
  /** From now on no request crashes the server. */
  disarm(): void;
  stop(): Promise<void>;
}

/** A request to JetStream, to a bucket or to an object store, except those that pull messages. */
const REQUEST = /^H?PUB \$(?:JS\.API\.(?!CONSUMER\.MSG\.NEXT)|KV\.|O\.)/gm;

/**
 * @param crashAt the number of the request at which the server is killed and started again. The request is lost, and so
 *   are the messages that the clients send with it.
 */
export async function startBrokerProxy(nats: TestNatsServer, crashAt: number): Promise<BrokerProxy> {
  const sockets = new Set<Socket>();
  const { promise: restarted, resolve, reject } = Promise.withResolvers<void>();
  let requests = 0;
  let isArmed = true;
  let isDown = false;
  const crash = async () => {
    isArmed = false;
    isDown = true;
    await nats.kill();
    for (const socket of sockets) socket.destroy();
    // What clients send from now on is refused, or reaches the new server.
    isDown = false;
    await nats.restart();
    resolve();
  };
  const server = createServer((client) => {
    const upstream = createConnection(nats.port, '127.0.0.1');
    for (const [own, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(own);
      own.on('error', () => undefined);
      own.on('close', () => {
        sockets.delete(own);
        other.destroy();
      });
    }
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      requests += chunk.toString('latin1').match(REQUEST)?.length ?? 0;
      if (isArmed && requests >= crashAt) crash().catch(reject);
      if (!isDown) upstream.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get hasCrashed() {
      return isArmed ? false : requests >= crashAt;
    },
    restarted,
    disarm() {
      isArmed = false;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
