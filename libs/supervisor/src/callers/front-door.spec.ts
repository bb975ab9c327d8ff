import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { FrontDoor, type Receiver } from './front-door.js';

/** A receiver in this process, with a server of its own. */
class Gateway implements Receiver {
  takesCallers = true;
  isBroken = false;
  readonly server: Server;

  constructor(readonly name: string) {
    this.server = createServer((_, response) => response.end(name));
  }

  take(socket: Socket): Promise<boolean> {
    if (this.isBroken) return Promise.resolve(false);
    this.server.emit('connection', socket);
    socket.resume();
    return Promise.resolve(true);
  }
}

describe('FrontDoor', () => {
  const gateways = [new Gateway('a'), new Gateway('b')];
  let door: FrontDoor;
  beforeEach(async () => {
    for (const gateway of gateways) Object.assign(gateway, { takesCallers: true, isBroken: false });
    door = await FrontDoor.open({ host: '127.0.0.1', port: 0, receivers: () => gateways, patienceMs: 300 });
  });
  afterEach(() => door.close());

  /** Each call on a connection of its own. */
  const call = async () => {
    const response = await fetch(door.url, { headers: { connection: 'close' } });
    return { status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
  };
  const answeredBy = async () => (await call()).text;

  it('gives the connections to the gateways in turn', async () => {
    const by = [await answeredBy(), await answeredBy(), await answeredBy(), await answeredBy()];
    expect(by.filter((name) => name === 'a')).toHaveLength(2);
    expect(by.filter((name) => name === 'b')).toHaveLength(2);
  });

  it('passes over a gateway that leaves or hangs, and one to which nothing can be sent', async () => {
    gateways[0]!.takesCallers = false;
    expect([await answeredBy(), await answeredBy()]).toEqual(['b', 'b']);
    Object.assign(gateways[0]!, { takesCallers: true, isBroken: true });
    expect([await answeredBy(), await answeredBy()]).toEqual(['b', 'b']);
  });

  it('lets a caller wait for a gateway that restarts', async () => {
    for (const gateway of gateways) gateway.takesCallers = false;
    const answer = answeredBy();
    setTimeout(() => (gateways[0]!.takesCallers = true), 100);
    expect(await answer).toBe('a');
  });

  it('answers 503 with Retry-After when no gateway comes', async () => {
    for (const gateway of gateways) gateway.takesCallers = false;
    const { status, text, retryAfter } = await call();
    expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '2' });
    expect(JSON.parse(text)).toMatchObject({ status: 'error', error: { code: 'UNAVAILABLE', retryable: true } });
  });

  it('takes the next free port', async () => {
    const other = await FrontDoor.open({ host: '127.0.0.1', port: door.port, receivers: () => gateways });
    expect(other.port).toBeGreaterThan(door.port);
    other.close();
  });
});
