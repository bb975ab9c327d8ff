import { setTimeout as pause } from 'node:timers/promises';
import { ClientError } from './client-error.js';
import { connectionLost, readJson, toReply, toReplyOfEvent, toRunId, type Reply } from './reply.js';
import { bodyOf, type RunInput } from './requests.js';
import { observe, readEvents, type RunEvents } from './run-events.js';

export interface GatewayClientOptions {
  /** Sent as `Authorization: Bearer <key>`. */
  readonly apiKey?: string;
  /** Aborts requests and the pauses between attempts. */
  readonly signal?: AbortSignal;
  /** How often a request is repeated after a retryable failure; 6 by default. */
  readonly retries?: number;
}

interface Request {
  readonly headers?: Record<string, string>;
  readonly body?: string | FormData;
  /** Null for a request that the client's own signal does not abort. */
  readonly signal?: null;
}

const RETRIES = 6;
const FIRST_PAUSE_MS = 250;

/** Runs pipelines over the HTTP interface of a gateway. */
export class GatewayClient {
  /** @param url the address of the gateway, such as `http://127.0.0.1:8000`. */
  constructor(
    readonly url: string,
    private readonly options: GatewayClientOptions = {},
  ) {}

  /**
   * Runs a pipeline and waits for its answer. Retryable failures are retried with exponential back-off.
   *
   * @throws ClientError when the gateway cannot be reached, refuses the request, or the run fails.
   */
  async process(pipeline: string, input: RunInput): Promise<Reply> {
    return this.retry(async () => {
      const response = await this.send('/serving/process', pipeline, input, 'application/json');
      return toReply(await readJson(response), response);
    });
  }

  /**
   * Runs a pipeline and reports its steps and deltas as they arrive. After the first report a failure is final:
   * a repeated run would report the same parts again.
   *
   * @throws ClientError as {@link process}, also when the stream ends without a terminal event.
   */
  async stream(pipeline: string, input: RunInput, events: RunEvents): Promise<Reply> {
    let reported = false;
    const attempt = async () => {
      const response = await this.send('/serving/process', pipeline, input, 'text/event-stream');
      if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
        return toReply(await readJson(response), response);
      for await (const event of readEvents(response.body)) {
        if (!observe(event, events)) return toReplyOfEvent(event.data, response);
        reported = true;
      }
      throw connectionLost();
    };
    return this.retry(attempt, (error) => !reported && isTransient(error));
  }

  /**
   * Starts a durable run and follows it to its end. A broken connection is resumed at the last event received.
   * When the client's signal aborts, the run is cancelled.
   *
   * @throws ClientError as {@link process}, also when the run is cancelled or its deadline passes.
   */
  async run(pipeline: string, input: RunInput, events: RunEvents = {}): Promise<Reply> {
    const run = await this.retry(async () => {
      const response = await this.send('/v1/runs', pipeline, input, 'application/json');
      return toRunId(await readJson(response), response);
    });
    const { signal } = this.options;
    const cancel = () => void this.request('DELETE', `/v1/runs/${run}`, { signal: null }).catch(() => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.follow(run, events);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  private async follow(run: string, events: RunEvents): Promise<Reply> {
    let lastEventId = '0';
    return this.retry(async () => {
      const headers = { 'last-event-id': lastEventId };
      const response = await this.request('GET', `/v1/runs/${run}/stream`, { headers });
      if (!response.ok || !response.body) return toReply(await readJson(response), response);
      for await (const event of readEvents(response.body)) {
        lastEventId = event.id ?? lastEventId;
        if (!observe(event, events)) return toReplyOfEvent(event.data, response);
      }
      throw connectionLost();
    }, isResumable);
  }

  private async retry<T>(call: () => Promise<T>, mayRetry = isTransient): Promise<T> {
    const { signal, retries = RETRIES } = this.options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt >= retries || !mayRetry(error)) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** attempt, undefined, { signal });
      }
    }
  }

  private send(path: string, pipeline: string, input: RunInput, accept: string): Promise<Response> {
    const body = bodyOf(pipeline, input);
    const headers = { accept, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) };
    return this.request('POST', path, { headers, body });
  }

  private async request(method: string, path: string, init: Request): Promise<Response> {
    const { apiKey, signal } = this.options;
    const headers = { ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}), ...init.headers };
    try {
      return await fetch(new URL(path, this.url), { signal, ...init, method, headers });
    } catch (cause) {
      throw new ClientError('UNREACHABLE', `No gateway answers at ${this.url}`, { cause });
    }
  }
}

/** A run whose deadline passed has used all of its time: a repetition would do the same. */
function isTransient(error: unknown): boolean {
  return error instanceof ClientError && error.retryable && error.code !== 'DEADLINE_EXCEEDED';
}

function isResumable(error: unknown): boolean {
  return isTransient(error) || (error instanceof ClientError && error.code === 'CONNECTION_LOST');
}
