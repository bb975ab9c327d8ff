import { isLlmosError, LlmosError } from '@llmos/contracts';
import { currentOwner } from '@llmos/resilience';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';
import { budgetSpent } from '../token-budget.js';
import { SilenceLimit } from './silence-limit.js';
import type { ChatMessage, GenerateOptions, Generation, LanguageModel } from '../ports/language-model.port.js';

export interface OpenAiCompatibleOptions {
  /** The base URL above `/v1/chat/completions`, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** The model's name on that server. */
  readonly model: string;
  readonly apiKey?: string | undefined;
  /**
   * Time limit for the first byte and between two events, in milliseconds. While somebody waits, a server that is
   * usually faster has less: see {@link SilenceLimit}.
   */
  readonly idleTimeoutMs: number;
}

const usageSchema = z.object({
  prompt_tokens: z.number().int().nonnegative(),
  completion_tokens: z.number().int().nonnegative(),
});
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({ delta: z.object({ content: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() }),
    )
    .default([]),
  usage: usageSchema.nullish(),
  error: z.unknown().optional(),
});
type Chunk = z.infer<typeof chunkSchema>;

/** A language model behind a server with OpenAI's chat protocol: vLLM, llama-server, or a vendor. */
export class OpenAiCompatibleModel implements LanguageModel {
  readonly provider = 'openai';
  readonly name: string;
  private readonly endpoint: URL;
  private readonly closing = new AbortController();
  private readonly silence: SilenceLimit;

  constructor(private readonly options: OpenAiCompatibleOptions) {
    this.silence = new SilenceLimit(options.idleTimeoutMs);
    this.name = options.model;
    this.endpoint = new URL(`${options.url.replace(/\/+$/u, '').replace(/\/v1$/u, '')}/v1/chat/completions`);
  }

  async generate(messages: readonly ChatMessage[], options: GenerateOptions): Promise<Generation> {
    options.signal.throwIfAborted();
    if (options.maxTotalTokens === 0) throw budgetSpent();
    const isAwaited = currentOwner().lane === 'live';
    const idle = new IdleTimer(isAwaited ? this.silence.ms : this.options.idleTimeoutMs);
    const enough = new AbortController();
    const signal = AbortSignal.any([options.signal, idle.signal, enough.signal, this.closing.signal]);
    try {
      const body = await this.post(messages, options, signal);
      const generation = await collect(body, options, idle);
      this.silence.answered(idle.longestMs);
      return generation;
    } catch (error) {
      if (idle.signal.aborted) this.silence.wasSilent(idle.beganAtMs, performance.now());
      throw this.translate(error, options.signal);
    } finally {
      idle.stop();
      enough.abort();
    }
  }

  async close(): Promise<void> {
    this.closing.abort(new LlmosError('UNAVAILABLE', 'The language model is shutting down.'));
    return Promise.resolve();
  }

  private async post(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(this.options.apiKey ? { authorization: `Bearer ${this.options.apiKey}` } : {}),
      },
      body: JSON.stringify({
        model: this.options.model,
        messages,
        max_tokens: Math.min(options.maxTokens, options.maxTotalTokens ?? Infinity),
        temperature: options.temperature,
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    if (response.ok && response.body) return response.body;
    await response.body?.cancel();
    throw statusError(response.status);
  }

  private translate(error: unknown, caller: AbortSignal): unknown {
    if (caller.aborted) return caller.reason;
    if (this.closing.signal.aborted) return this.closing.signal.reason;
    if (isLlmosError(error)) return error;
    return new LlmosError(
      'UNAVAILABLE',
      'The language model server cannot be reached. Check LLMOS_GENERATION_URL and that it runs.',
      { cause: error },
    );
  }
}

async function collect(
  body: ReadableStream<Uint8Array>,
  options: GenerateOptions,
  idle: IdleTimer,
): Promise<Generation> {
  let text = '';
  let chunks = 0;
  let finish: string | undefined;
  let usage: z.infer<typeof usageSchema> | undefined;
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    idle.restart();
    if (data === '[DONE]') break;
    const chunk = parseChunk(data);
    usage = chunk.usage ?? usage;
    finish = chunk.choices[0]?.finish_reason ?? finish;
    const piece = chunk.choices[0]?.delta?.content ?? '';
    if (piece === '') continue;
    chunks++;
    text += piece;
    if (options.onText?.(piece) === 'stop') {
      finish = 'stop';
      break;
    }
  }
  if (finish === undefined) throw new LlmosError('UNAVAILABLE', 'The language model server ended its answer early.');
  return {
    text,
    inputTokens: usage?.prompt_tokens ?? 0,
    // A server that does not report usage sends about one token per event.
    outputTokens: usage?.completion_tokens ?? chunks,
    finishReason: finish === 'length' ? 'length' : 'stop',
  };
}

function parseChunk(data: string): Chunk {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (cause) {
    throw new LlmosError('UNAVAILABLE', 'The language model server sent an event that is not JSON.', { cause });
  }
  const chunk = chunkSchema.safeParse(parsed);
  if (!chunk.success)
    throw new LlmosError('UNAVAILABLE', 'The language model server sent an event of another shape.', {
      cause: chunk.error,
    });
  if (chunk.data.error !== undefined)
    throw new LlmosError('UNAVAILABLE', 'The language model server reported an error while answering.');
  return chunk.data;
}

function statusError(status: number): LlmosError {
  if (status === 429)
    return new LlmosError('OVERLOADED', 'The language model server has too many requests. Try again later.');
  if (status === 400 || status === 413)
    return new LlmosError(
      'INVALID_ARGUMENT',
      `The language model server refused the question (status ${status}). Shorten it.`,
      { field: 'question' },
    );
  return new LlmosError(
    'UNAVAILABLE',
    `The language model server answered with status ${status}. Check its log and LLMOS_GENERATION_API_KEY.`,
  );
}

/** Aborts when no event has arrived for a while. */
class IdleTimer {
  readonly beganAtMs = performance.now();
  /** The longest time without an event. */
  longestMs = 0;
  private lastMs = this.beganAtMs;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {
    this.start();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(): void {
    const nowMs = performance.now();
    this.longestMs = Math.max(this.longestMs, nowMs - this.lastMs);
    this.lastMs = nowMs;
    this.stop();
    this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private start(): void {
    const silent = () =>
      new LlmosError('UNAVAILABLE', `The language model server was silent for ${Math.round(this.timeoutMs)} ms.`);
    this.timer = setTimeout(() => this.controller.abort(silent()), this.timeoutMs);
  }
}
