import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedRequest {
  readonly url: string;
  readonly range?: string;
  readonly authorization?: string;
}

/** A file server with ranges and ETags that fails on demand. */
export class FileServer {
  readonly requests: ServedRequest[] = [];
  /** Break the connection after so many body bytes, once per entry; `Infinity` serves the whole body. */
  readonly cuts: number[] = [];
  /** Answer with these statuses first. */
  readonly failures: number[] = [];
  /** The delay before each chunk of the body. */
  chunkDelayMs = 0;
  /** Send no more than so many bytes of a body, and keep the connection. */
  holdAt = Infinity;
  /** Never send a byte of the body. */
  silent = false;
  withEtag = true;
  private server?: Server;
  private readonly redirects = new Map<string, string>();

  constructor(private readonly files: Map<string, Buffer>) {}

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.serve(request, response));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  put(path: string, content: Buffer): void {
    this.files.set(path, content);
  }

  redirect(from: string, to: string): void {
    this.redirects.set(from, to);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', headers } = request;
    this.requests.push({ url, range: headers.range, authorization: headers.authorization });
    const status = this.failures.shift();
    if (status) return void response.writeHead(status).end();
    const location = this.redirects.get(url);
    if (location) return void response.writeHead(302, { location }).end();
    const content = this.files.get(url);
    if (!content) return void response.writeHead(404).end();
    const etag = `"${createHash('md5').update(content).digest('hex')}"`;
    const asked = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    const from = asked !== undefined && headers['if-range'] === etag ? Number(asked) : 0;
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': content.length - from,
      ...(this.withEtag ? { etag } : {}),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    if (this.silent) return response.flushHeaders();
    await this.sendBody(response, content.subarray(from));
  }

  private async sendBody(response: ServerResponse, body: Buffer): Promise<void> {
    const cutAt = this.cuts.shift() ?? Infinity;
    const end = Math.min(cutAt, this.holdAt, body.length);
    const chunkBytes = Math.ceil(body.length / 10);
    for (let at = 0; at < end; at += chunkBytes) {
      if (this.chunkDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.chunkDelayMs));
      await new Promise((resolve) => response.write(body.subarray(at, Math.min(at + chunkBytes, end)), resolve));
    }
    if (this.holdAt < body.length) return;
    if (cutAt < body.length) response.destroy();
    else response.end();
  }
}
