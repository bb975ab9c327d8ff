import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { readEvents } from './server-sent-events.js';

const timingSchema = z.object({
  step: z.string(),
  capability: z.string(),
  queueMs: z.number(),
  handlerMs: z.number(),
  attempt: z.number(),
});
export type StepTiming = z.infer<typeof timingSchema>;

const replySchema = z.object({
  status: z.literal('success'),
  result: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
  run_id: z.string().optional(),
});
const failureSchema = z.object({
  status: z.literal('error'),
  error: z.object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean().default(false),
    field: z.string().optional(),
  }),
  run_id: z.string().optional(),
});
const startedSchema = z.object({ run_id: z.string() });
const stepEventSchema = z.object({ timing: timingSchema, output: z.unknown().optional() });
const deltaEventSchema = z.object({ delta: z.unknown() });

/** What a run said. `body` is the gateway's own JSON. */
export interface Reply extends z.infer<typeof replySchema> {
  readonly body: unknown;
  /** From the `traceparent` header. */
  readonly traceId?: string;
}

/** A file as it is on disk. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The inputs of a pipeline by name. One file at most goes along; what is undefined is left out. */
export type CallInput = Readonly<Record<string, unknown>> & { readonly audio?: Upload };

export interface CallEvents {
  onStep?(timing: StepTiming, output: unknown): void;
  onDelta?(delta: unknown): void;
}

/** What helps, where something does. */
const NEXT: Readonly<Record<string, string>> = {
  MODEL_LOADING: 'run `npx llmos status` to see what is missing',
  UNAVAILABLE: 'run `npx llmos status` to see what is missing',
  UNAUTHORIZED: 'set LLMOS_API_KEY to a key that is in the LLMOS_API_KEYS of the gateway',
  FORBIDDEN: 'set LLMOS_API_KEY to a key that may do this',
};

/** The gateway refused a call, or the run failed. */
export class GatewayError extends CliError {
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    message: string,
    readonly body: unknown,
  ) {
    super(message, NEXT[code]);
  }
}

const RETRIES = 6;
const FIRST_PAUSE_MS = 250;

export interface Patience {
  /** Ends a call and the pauses between its attempts at once. */
  readonly signal?: AbortSignal;
  /** How often a call that the gateway could not take is tried again; 6 times unless it is given. */
  readonly retries?: number;
}

/** Calls pipelines over HTTP, as any other caller would. */
export class GatewayClient {
  constructor(
    readonly url: string,
    private readonly apiKey?: string,
    private readonly patience: Patience = {},
  ) {}

  /** Runs a pipeline and waits for its answer. Calls that the gateway could not take for now are tried again. */
  async process(pipeline: string, input: CallInput): Promise<Reply> {
    return this.patiently(async () => {
      const response = await this.send(pipeline, input, 'application/json');
      return reply(await readJson(response), response);
    });
  }

  /** The same, told as it comes. What has been told is not told again: then a failure stays one. */
  async stream(pipeline: string, input: CallInput, events: CallEvents): Promise<Reply> {
    let told = false;
    const attempt = async () => {
      const response = await this.send(pipeline, input, 'text/event-stream');
      if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
        return reply(await readJson(response), response);
      for await (const { event, body } of readBodies(response.body)) {
        if (event !== 'step' && event !== 'delta') return reply(body, response);
        told = true;
        if (event === 'step')
          tell(stepEventSchema.safeParse(body), ({ timing, output }) => events.onStep?.(timing, output));
        else tell(deltaEventSchema.safeParse(body), ({ delta }) => events.onDelta?.(delta));
      }
      throw brokenOff();
    };
    return this.patiently(attempt, () => !told);
  }

  /**
   * Starts a durable run, follows it to its end and tells its progress. A connection that breaks is taken up where it
   * was; an abort of the client's signal cancels the run.
   */
  async run(pipeline: string, fields: CallInput, onDelta: (delta: unknown) => void): Promise<Reply> {
    const { run_id: id } = await this.patiently(async () => {
      const body = JSON.stringify({ name: pipeline, ...fields });
      const response = await this.request('POST', '/v1/runs', { 'content-type': 'application/json' }, body);
      return started(await readJson(response));
    });
    const onAbort = () => void this.request('DELETE', `/v1/runs/${id}`, {}, undefined, null).catch(() => undefined);
    this.patience.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.follow(id, onDelta);
    } finally {
      this.patience.signal?.removeEventListener('abort', onAbort);
    }
  }

  private async follow(id: string, onDelta: (delta: unknown) => void): Promise<Reply> {
    let seen = '0';
    return this.patiently(async () => {
      const response = await this.request('GET', `/v1/runs/${id}/stream`, { 'last-event-id': seen });
      if (!response.ok || !response.body) return reply(await readJson(response), response);
      try {
        for await (const { event, body, id: at } of readBodies(response.body)) {
          seen = at ?? seen;
          if (event === 'delta') tell(deltaEventSchema.safeParse(body), ({ delta }) => onDelta(delta));
          else if (event !== 'step') return lastWord(event, body as object, id, response);
        }
      } catch (error) {
        this.patience.signal?.throwIfAborted();
        if (error instanceof GatewayError) throw error;
      }
      throw new GatewayError('UNAVAILABLE', true, 'The connection broke off', undefined);
    });
  }

  private async patiently<T>(call: () => Promise<T>, mayRepeat = () => true): Promise<T> {
    const { signal, retries = RETRIES } = this.patience;
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!isPassing(error) || attempt >= retries || !mayRepeat()) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** attempt, undefined, { signal });
      }
    }
  }

  private send(pipeline: string, { audio, ...input }: CallInput, accept: string): Promise<Response> {
    const fields = { name: pipeline, ...input };
    return audio
      ? this.request('POST', '/serving/process', { accept }, form(fields, audio))
      : this.request(
          'POST',
          '/serving/process',
          { accept, 'content-type': 'application/json' },
          JSON.stringify(fields),
        );
  }

  private async request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string | FormData,
    signal: AbortSignal | null | undefined = this.patience.signal,
  ): Promise<Response> {
    const key = this.apiKey ? { authorization: `Bearer ${this.apiKey}` } : {};
    try {
      return await fetch(new URL(path, this.url), { method, headers: { ...key, ...headers }, body, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new CliError(`No gateway answers at ${this.url}`, 'run `npm start`, or `npx llmos up`', { cause });
    }
  }
}

function form(fields: Record<string, unknown>, audio: Upload): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) data.append(name, String(value));
  data.append('audio', new Blob([audio.bytes]), audio.name);
  return data;
}

/** How a followed run ended. @throws GatewayError unless it completed. */
function lastWord(event: string, body: object, id: string, response: Response): Reply {
  if (event === 'completed') return reply({ status: 'success', ...body, run_id: id }, response);
  if (event === 'failed') return reply({ status: 'error', ...body, run_id: id }, response);
  const how = event === 'expired' ? 'ran out of time' : 'was cancelled';
  throw new GatewayError(event.toUpperCase(), false, `The run ${id} ${how}`, body);
}

/** A run that was out of time once has had all the time there is for it. */
function isPassing(error: unknown): boolean {
  return error instanceof GatewayError && error.retryable && error.code !== 'DEADLINE_EXCEEDED';
}

function brokenOff(cause?: unknown): CliError {
  return new CliError('The answer broke off', 'run `npx llmos status`, then try again', { cause });
}

async function* readBodies(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ event: string; body: unknown; id?: string }> {
  try {
    for await (const { event, data, id } of readEvents(body)) yield { event, body: JSON.parse(data), id };
  } catch (cause) {
    throw brokenOff(cause);
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw brokenOff(cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(
      `The gateway's answer (HTTP ${response.status}) is not JSON; is ${response.url} an LLM OS gateway?`,
      undefined,
      { cause },
    );
  }
}

function started(body: unknown): { run_id: string } {
  const good = startedSchema.safeParse(body);
  return good.success ? good.data : fail(body, '');
}

function reply(body: unknown, response: Response): Reply {
  const good = replySchema.safeParse(body);
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(response.headers.get('traceparent') ?? '')?.[1];
  if (good.success) return { ...good.data, body, traceId };
  return fail(body, ` (HTTP ${response.status})`);
}

function fail(body: unknown, status: string): never {
  const bad = failureSchema.safeParse(body);
  if (!bad.success) throw new CliError(`The gateway's answer${status} has an unknown form`);
  const { code, message, retryable, field } = bad.data.error;
  throw new GatewayError(code, retryable, `${code}: ${message}${field ? ` (${field})` : ''}`, body);
}

function tell<T>(parsed: { success: true; data: T } | { success: false }, say: (data: T) => void): void {
  if (parsed.success) say(parsed.data);
}
