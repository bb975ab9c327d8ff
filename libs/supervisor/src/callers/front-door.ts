import { steadyNow } from '@llmos/resilience';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SupervisorError } from '../supervisor-error.js';

/** A gateway that can be given connections. */
export interface Receiver {
  readonly takesCallers: boolean;
  take(socket: Socket): Promise<boolean>;
}

export interface FrontDoorOptions {
  readonly host: string;
  /** The port; if it is in use, the next free one. 0 lets the system choose. */
  readonly port: number;
  readonly receivers: () => readonly Receiver[];
  /** How long a connection waits for a gateway before it is answered with 503, in milliseconds. */
  readonly patienceMs?: number;
}

const PORTS_TRIED = 50;
/** A caller's connection waits here for a gateway: as long as a gateway takes to restart. */
const PATIENCE_MS = 2_500;
const MOST_WAITING = 1_024;
const LOOK_EVERY_MS = 50;
/** How long a refused caller has to read why. */
const FAREWELL_MS = 2_000;

/**
 * The address of the callers. It accepts their connections and hands each to one of the gateways in turn, which then
 * talks to the caller itself. No connection is given to a gateway that leaves, hangs or is not there, so that gateways
 * can be restarted and replicated behind one address.
 */
export class FrontDoor {
  private readonly waiting = new Set<Socket>();
  private turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: FrontDoorOptions,
  ) {
    server.on('connection', (socket) => void this.pass(socket, steadyNow() + (options.patienceMs ?? PATIENCE_MS)));
  }

  /** @throws SupervisorError if no port is free. */
  static async open(options: FrontDoorOptions): Promise<FrontDoor> {
    const { host, port: wanted } = options;
    const last = wanted === 0 ? 0 : Math.min(wanted + PORTS_TRIED, 65_535);
    for (let port = wanted; port <= last; port++) {
      const server = createServer({ pauseOnConnect: true });
      try {
        server.listen(port, host);
        await once(server, 'listening');
        return new FrontDoor(server, options);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
    throw new SupervisorError(`No port from ${wanted} to ${last} is free`, 'set LLMOS_PORT to one that is');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    const { host } = this.options;
    const isAny = host === '0.0.0.0' || host === '::';
    return `http://${isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Accepts no more connections. */
  close(): void {
    this.server.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private async pass(socket: Socket, untilMs: number): Promise<void> {
    socket.on('error', () => undefined);
    this.waiting.add(socket);
    try {
      while (!socket.destroyed) {
        if (await this.next()?.take(socket)) return;
        if (steadyNow() > untilMs || this.waiting.size > MOST_WAITING) return refuse(socket);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    } finally {
      this.waiting.delete(socket);
    }
  }

  private next(): Receiver | undefined {
    const able = this.options.receivers().filter(({ takesCallers }) => takesCallers);
    return able[this.turn++ % able.length];
  }
}

/** Answers a connection that no gateway can take, in the shape of all errors. */
function refuse(socket: Socket): void {
  const error = { code: 'UNAVAILABLE', message: 'The gateway is starting. Try again in a moment.', retryable: true };
  const body = JSON.stringify({ status: 'error', error });
  const head = ['HTTP/1.1 503 Service Unavailable', 'content-type: application/json', 'retry-after: 2'];
  const rest = [`content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body];
  // Unread input would turn the end of the connection into a reset, and the caller would not see the answer.
  socket.resume();
  socket.end([...head, ...rest].join('\r\n'));
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
