import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@llmos/resilience';
import { HashedFile, hashFile, type FileDigest } from '../hashed-file.js';
import { TransientHttpError, asTransient, openRequest } from './http-request.js';
import type { FetchRequest, Source } from './source.port.js';

export interface HttpSettings {
  /** A connection without data for longer counts as broken. Default 30 s. */
  readonly stallTimeoutMs?: number;
  /** Attempts in a row without progress before the source gives up. Default 5. */
  readonly maxAttempts?: number;
  /** Pause before the second attempt, doubled with each further one. Default 500 ms. */
  readonly firstRetryMs?: number;
}

const MAX_RETRY_MS = 60_000;
const DEFAULTS = { stallTimeoutMs: 30_000, maxAttempts: 5, firstRetryMs: 500 };

/** The origin of a partial file, kept beside it so that a later process can continue. */
interface PartNote {
  readonly url: string;
  readonly validator: string;
}

/**
 * A file at an HTTP(S) address. An interrupted download is resumed, also by a later process: the partial file is kept
 * with its validator (ETag or Last-Modified), and the rest is requested with `Range` and `If-Range` (RFC 9110,
 * sections 13.1.5 and 14.2). Without a validator the download starts over.
 */
export class HttpSource implements Source {
  readonly label: string;
  private readonly settings: Required<HttpSettings>;

  constructor(
    private readonly url: string,
    settings: HttpSettings = {},
    private readonly credentials: Record<string, string> = {},
  ) {
    this.label = url;
    const given = Object.entries(settings).filter(([name, value]) => name in DEFAULTS && value !== undefined);
    this.settings = { ...DEFAULTS, ...(Object.fromEntries(given) as HttpSettings) };
  }

  async fetch(request: FetchRequest): Promise<FileDigest> {
    const { maxAttempts, firstRetryMs } = this.settings;
    let fruitless = 0;
    for (;;) {
      const before = await sizeOf(request.partialPath);
      try {
        return await this.attempt(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!(error instanceof TransientHttpError)) {
          await forget(request.partialPath);
          throw error;
        }
        fruitless = (await sizeOf(request.partialPath)) > before ? 1 : fruitless + 1;
        if (fruitless >= maxAttempts) throw error;
      }
      const pauseMs = backoffMs(fruitless, { baseMs: firstRetryMs, capMs: MAX_RETRY_MS });
      await sleep(pauseMs, undefined, { signal: request.signal }).catch(() => request.signal?.throwIfAborted());
    }
  }

  private async attempt(request: FetchRequest): Promise<FileDigest> {
    const { partialPath, sizeBytes } = request;
    const validator = await this.resumable(partialPath);
    const offset = validator ? await sizeOf(partialPath) : 0;
    if (offset > 0 && offset === sizeBytes) return this.complete(partialPath, request.signal);
    const stall = new StallSignal(this.settings.stallTimeoutMs, request.signal);
    try {
      const headers: Record<string, string> = { 'accept-encoding': 'identity' };
      if (validator && offset > 0) Object.assign(headers, { range: `bytes=${offset}-`, 'if-range': validator });
      const response = await openRequest({
        url: this.url,
        headers,
        credentials: this.credentials,
        signal: stall.signal,
      });
      const digest = await this.receive(response, offset, request, stall);
      await rm(notePath(partialPath), { force: true });
      return digest;
    } catch (error) {
      request.signal?.throwIfAborted();
      throw stall.signal.aborted ? new TransientHttpError(`no data for ${this.settings.stallTimeoutMs} ms`) : error;
    } finally {
      stall.stop();
    }
  }

  private async receive(
    response: Response,
    offset: number,
    request: FetchRequest,
    stall: StallSignal,
  ): Promise<FileDigest> {
    const { partialPath, onBytes } = request;
    const resume = response.status === 206 && startOf(response) === offset;
    if (response.status !== 200 && !resume) {
      await response.body?.cancel();
      await forget(partialPath);
      throw new TransientHttpError(`the server could not continue from byte ${offset}`);
    }
    const length = response.headers.get('content-length');
    const totalBytes = length === null ? request.sizeBytes : Number(length) + (resume ? offset : 0);
    await checkSize(response, totalBytes, request);
    if (!resume) await this.note(partialPath, response);
    const file = await HashedFile.open(partialPath, { maxBytes: request.maxBytes, resume });
    try {
      for await (const chunk of chunksOf(response, stall)) {
        await file.write(chunk);
        onBytes?.(file.sizeBytes, totalBytes);
      }
      if (totalBytes !== undefined && file.sizeBytes < totalBytes) {
        throw new TransientHttpError(`the connection broke at ${file.sizeBytes} of ${totalBytes} bytes`);
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return file.finish();
  }

  /** The validator of the partial file, if it is of this address. */
  private async resumable(partialPath: string): Promise<string | undefined> {
    try {
      const note = JSON.parse(await readFile(notePath(partialPath), 'utf8')) as PartNote;
      return note.url === this.url ? note.validator : undefined;
    } catch {
      return undefined;
    }
  }

  /** Only a strong validator guarantees the same bytes. */
  private async note(partialPath: string, response: Response): Promise<void> {
    const etag = response.headers.get('etag');
    const validator = etag && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
    if (validator)
      await writeFile(notePath(partialPath), JSON.stringify({ url: this.url, validator } satisfies PartNote));
    else await rm(notePath(partialPath), { force: true });
  }

  private async complete(partialPath: string, signal?: AbortSignal): Promise<FileDigest> {
    await rm(notePath(partialPath), { force: true });
    return hashFile(partialPath, signal);
  }
}

/** Aborts with the caller's signal, or when no data has arrived for a while. */
class StallSignal {
  readonly signal: AbortSignal;
  private readonly stalled = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(timeoutMs: number, signal?: AbortSignal) {
    this.signal = signal ? AbortSignal.any([signal, this.stalled.signal]) : this.stalled.signal;
    this.timer = setTimeout(() => this.stalled.abort(), timeoutMs);
  }

  touch(): void {
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

async function* chunksOf(response: Response, stall: StallSignal): AsyncGenerator<Uint8Array> {
  const body = response.body as ReadableStream<Uint8Array> | null;
  const chunks = body?.[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks?.next().catch((error: unknown) => {
      throw asTransient(error);
    });
    if (!next || next.done) return;
    stall.touch();
    yield next.value;
  }
}

async function checkSize(
  response: Response,
  totalBytes: number | undefined,
  { sizeBytes, maxBytes }: FetchRequest,
): Promise<void> {
  if (totalBytes === undefined || (totalBytes <= maxBytes && (sizeBytes ?? totalBytes) === totalBytes)) return;
  await response.body?.cancel();
  throw new Error(`the file has ${totalBytes} bytes, not ${sizeBytes ?? `at most ${maxBytes}`}`);
}

function startOf(response: Response): number | undefined {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

function notePath(partialPath: string): string {
  return `${partialPath}.json`;
}

async function forget(partialPath: string): Promise<void> {
  await Promise.all([rm(partialPath, { force: true }), rm(notePath(partialPath), { force: true })]);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
