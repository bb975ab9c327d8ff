import { HintedError } from '@llmos/contracts';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { commandSchema, type ControlCommand, type ControlLine } from './control.js';

/** Does a command; `report` takes a line about each thing that happens. @throws HintedError for people. */
export type Execute = (command: ControlCommand, report: (line: string) => void) => Promise<void>;

/**
 * Receives the commands for a running supervisor: on loopback, from whoever can read the state file, which has the
 * address and the token. The answer is a stream of lines; it goes on if the command's terminal is closed.
 */
export class ControlServer {
  private constructor(
    private readonly server: Server,
    readonly token: string,
  ) {}

  static async open(execute: Execute): Promise<ControlServer> {
    const token = randomBytes(24).toString('base64url');
    const server = createServer((request, response) => void answer(request, response, token, execute));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ControlServer(server, token);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  execute: Execute,
): Promise<void> {
  if (request.method !== 'POST' || !isToken(request.headers.authorization, token))
    return void response.writeHead(403).end();
  const parsed = commandSchema.safeParse(await json(request).catch(() => undefined));
  if (!parsed.success) return void response.writeHead(400).end();
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const send = (line: ControlLine) => response.writable && response.write(`${JSON.stringify(line)}\n`);
  try {
    await execute(parsed.data, (line) => send({ type: 'report', line }));
    send({ type: 'done' });
  } catch (error) {
    const hint = error instanceof HintedError ? error.hint : undefined;
    send({ type: 'failed', message: (error as Error).message, ...(hint ? { hint } : {}) });
  }
  response.end();
}

function isToken(authorization: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
