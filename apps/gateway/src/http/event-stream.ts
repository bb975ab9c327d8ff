import { toJson } from '@llmos/contracts';
import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';

const KEEP_ALIVE_MS = 15_000;
/** A client that reads nothing for this long is disconnected. */
const STALLED_MS = 60_000;
/** More than two of the largest answers: a client that reads may fall behind by a burst of events. */
const MAX_UNREAD_BYTES = 20_000_000;

/** How events are written in a stream of server-sent events. */
export interface EventFormat {
  event(name: string, data: unknown, id: number): string;
  /** Written before the stream ends. */
  readonly end: string;
}

/** Events with `id`, `event` and `data`. */
export const NAMED_EVENTS: EventFormat = {
  event: (name, data, id) => `id: ${id}\nevent: ${name}\ndata: ${toJson(data)}\n\n`,
  end: '',
};

/** Events with `data` only, ended by `data: [DONE]`, as clients of the OpenAI API expect. */
export const DATA_LINES: EventFormat = {
  event: (_, data) => `data: ${toJson(data)}\n\n`,
  end: 'data: [DONE]\n\n',
};

/** Writes server-sent events (WHATWG HTML, section 9.2) to one client, with the headers that the reply has. */
export class EventStream {
  private readonly keepAlive: NodeJS.Timeout;
  private lastId = 0;
  private drained: Promise<void> | undefined;

  constructor(
    private readonly reply: FastifyReply,
    private readonly format: EventFormat = NAMED_EVENTS,
    stalledMs = STALLED_MS,
  ) {
    reply.headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    reply.hijack();
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
    this.keepAlive = setInterval(() => {
      // A client that does not read is kept waiting until `stalledMs`.
      if (!this.drained) this.write(': keep-alive\n\n');
    }, KEEP_ALIVE_MS);
  }

  /**
   * Sends an event. A sender that awaits it is held back while the client does not read. For a sender that does not
   * wait, the client is disconnected before its unread events fill the memory.
   *
   * @param id the place of the event in the answers of its run; without it events are counted from the last id on.
   */
  async send(name: string, data: unknown, id = this.lastId + 1): Promise<void> {
    this.lastId = id;
    if (this.reply.raw.writableLength > MAX_UNREAD_BYTES) this.reply.raw.destroy();
    this.write(this.format.event(name, data, id));
    await this.drained;
  }

  end(): void {
    clearInterval(this.keepAlive);
    if (!this.reply.raw.destroyed) this.reply.raw.end(this.format.end);
  }

  private write(text: string): void {
    const { raw } = this.reply;
    if (raw.destroyed || raw.write(text)) return;
    this.drained ??= new Promise((resolve) => {
      const settle = () => {
        raw.off('drain', settle).off('close', settle);
        this.drained = undefined;
        resolve();
      };
      raw.on('drain', settle).on('close', settle);
    });
  }
}
