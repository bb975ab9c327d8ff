import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The share of the time to leave in which connections without a request stay open, and the longest such time. */
const LINGER_SHARE = 0.1;
const MAX_LINGER_MS = 2_000;
/** What the closing of the other parts needs of the time to leave. */
const REST_MS = 300;
const LOOK_EVERY_MS = 20;

/** The connections and requests of callers. Create it before the server receives requests. */
export class Callers {
  private readonly inProgress = new Set<ServerResponse>();
  private leaving = false;

  constructor(private readonly server: Server) {
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
   * Answers the requests in progress, at most `graceMs`. A caller may be sending another request on an open connection
   * that the server closes, so every answer says that its connection ends, and connections without a request stay open
   * for a while. Whoever passes connections on must have stopped before.
   */
  async leave(graceMs: number): Promise<void> {
    this.leaving = true;
    const endMs = Date.now() + graceMs - REST_MS;
    for (const response of this.inProgress) if (!response.headersSent) response.setHeader('connection', 'close');
    await pause(Math.min(graceMs * LINGER_SHARE, MAX_LINGER_MS));
    this.server.closeIdleConnections();
    while (this.inProgress.size > 0 && Date.now() < endMs) await pause(LOOK_EVERY_MS);
  }
}
