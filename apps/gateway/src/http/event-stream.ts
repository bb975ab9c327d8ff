import type { FastifyReply } from 'fastify';

const KEEP_ALIVE_MS = 15_000;

/** Server-sent events (WHATWG HTML, section 9.2) to one caller. */
export class EventStream {
  private readonly keepAlive: NodeJS.Timeout;

  constructor(
    private readonly reply: FastifyReply,
    headers: Record<string, string>,
  ) {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    });
    this.keepAlive = setInterval(() => reply.raw.write(': still here\n\n'), KEEP_ALIVE_MS);
  }

  send(event: string, data: unknown, id?: number): void {
    this.reply.raw.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    clearInterval(this.keepAlive);
    this.reply.raw.end();
  }
}

/** Fires when the caller hangs up before the reply is complete. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const onClose = () => {
    if (!reply.raw.writableFinished) controller.abort();
  };
  // It may have happened while the body was read.
  if (reply.raw.closed || reply.raw.destroyed || reply.request.raw.socket.destroyed) onClose();
  else reply.raw.on('close', onClose);
  return controller.signal;
}
