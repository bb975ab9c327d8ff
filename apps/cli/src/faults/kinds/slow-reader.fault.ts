import { subjects } from '@llmos/contracts';
import { createConnection, type Socket } from 'node:net';
import { TENANT } from '../event-senders.js';
import type { Fault } from '../fault.js';
import type { PrivateSystem } from '../private-system.js';

const READERS = 10;
/** More than the broker keeps for one reader (64 MB). */
const NOISE_MB = 80;
const NOISE = 'x'.repeat(1_000_000);
const NOISE_SUBJECT = 'faults.noise';

/** Readers of results, of noise and of answers who never read. */
export function slowReaders(): Fault {
  let sockets: Socket[] = [];
  return {
    name: 'slow consumers',
    promise: 'The broker cuts off a reader who does not read; nobody else notices.',
    holdMs: 5_000,
    async break(system) {
      sockets = [...Array.from({ length: READERS }, () => subscriber(system)), ...answerReaders(system)];
      for (let sent = 0; sent < NOISE_MB; sent++) {
        system.bus.nc.publish(NOISE_SUBJECT, NOISE);
        await system.bus.nc.flush();
      }
    },
    mend() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A client of the broker that subscribes and stops reading. */
function subscriber({ bus, instance }: PrivateSystem): Socket {
  const { hostname, port } = new URL(instance.state.read()!.natsUrl!);
  const socket = createConnection(Number(port), hostname);
  const { services } = instance.credentials();
  const login = JSON.stringify({
    verbose: false,
    user: 'services',
    pass: services,
    name: 'slow',
    version: bus.serverVersion,
  });
  socket.write(`CONNECT ${login}\r\nSUB ${subjects.resultsBelow(TENANT)} 1\r\nSUB ${NOISE_SUBJECT} 2\r\nPING\r\n`);
  socket.once('data', () => socket.pause());
  socket.on('error', () => undefined);
  return socket;
}

/** Callers who ask for a streamed answer and never read it. */
function answerReaders({ url }: PrivateSystem): Socket[] {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ name: 'customer_service', text: 'How do I change my PIN?' });
  return Array.from({ length: READERS }, () => {
    const socket = createConnection(Number(port), hostname);
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(
      `POST /serving/process HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return socket;
  });
}
