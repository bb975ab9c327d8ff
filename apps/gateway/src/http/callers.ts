import { steadyNow } from '@llmos/resilience';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** For how long at most connections without a request stay open when the gateway leaves. */
const MAX_LINGER_MS = 10_000;
/** What answers in progress have of the time to leave after that. */
const LAST_ANSWERS_MS = 2_000;
/** What the closing of the other parts needs of the time to leave. */
const REST_MS = 300;
const LOOK_EVERY_MS = 20;

/** The connections and requests of callers. Create it before the server receives requests. */
export class Callers {
  private readonly inProgress = new Set<ServerResponse>();
  private readonly connections = new Set<Socket>();
  private leaving = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
      this.inProgress.add(response);
      if (this.leaving) response.setHeader('connection', 'close');
      response.once('close', () => this.inProgress.delete(response));
    });
  }

  /** Serves the connections that the parent process accepted and passes on: messages `{type: 'connection'}`. */
  receive(parent: NodeJS.Process): void {
    parent.on('message', (message, handle) => {
      if ((message as { type?: unknown } | null)?.type !== 'connection' || !(handle instanceof Socket)) return;
      handle.setNoDelay(true);
      this.server.emit('connection', handle);
      handle.resume();
    });
  }

  /**
   * Answers the requests in progress, at most `graceMs`. A caller may be sending a request on the connection that a
   * server closes. So every answer says that its connection ends with it, and connections without a request stay open
   * for a while. Whoever passes connections on must have stopped before.
   */
  async leave(graceMs: number): Promise<void> {
    this.leaving = true;
    const endMs = steadyNow() + graceMs - REST_MS;
    for (const response of this.inProgress) if (!response.headersSent) response.setHeader('connection', 'close');
    const lingerEndMs = steadyNow() + Math.min((graceMs - LAST_ANSWERS_MS) / 2, MAX_LINGER_MS);
    while (this.connections.size > 0 && steadyNow() < lingerEndMs) await pause(LOOK_EVERY_MS);
    this.server.closeIdleConnections();
    while (this.inProgress.size > 0 && steadyNow() < endMs) await pause(LOOK_EVERY_MS);
  }
}
