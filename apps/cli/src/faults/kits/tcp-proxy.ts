import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback whose network can be cut, slowed and mended. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private delayMs = 0;
  /** The port behind it, known once the server behind it runs. */
  targetPort = 0;
  /** Called with what the clients send. */
  onSent?: ((text: string) => void) | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (client) => this.join(client));
  }

  static async listen(): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing arrives, and nobody is told: connections stay open, as with a broken cable. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** From now on everything arrives this much later, in each direction. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Breaks every connection; new ones can be made. */
  reset(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
    this.delayMs = 0;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const upstream = createConnection({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    client.on('data', (chunk) => this.onSent?.(chunk.toString('latin1')));
    this.forward(client, upstream);
    this.forward(upstream, client);
    if (!this.isCut) client.resume();
  }

  private forward(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (chunk) => {
      if (this.delayMs === 0) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), this.delayMs);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    if (this.isCut) from.pause();
  }
}
