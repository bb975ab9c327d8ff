import { onBehalfOf } from '@llmos/resilience';
import { longestHold, startStopwatch } from '@llmos/testing';
import { LlamaCppModel } from '../src/adapters/llama-cpp.adapter.js';
import type { ChatMessage } from '../src/ports/language-model.port.js';
import { modelFile } from './model-file.js';

/** A pass of the model takes hundreds of milliseconds. */
const MAX_HOLD_MS = 50;
const STORY: ChatMessage[] = [{ role: 'user', content: 'Write a long story about a fox and a river.' }];
const never = new AbortController().signal;
const load = async (modelPath: string) =>
  LlamaCppModel.load({
    name: 'smollm2-135m',
    modelPath,
    threads: 1,
    gpu: 'off',
    sequences: 2,
    maxWaiting: 1,
    contextTokens: 512,
  });

let model: LlamaCppModel;
beforeAll(async () => {
  model = await load(await modelFile());
}, 300_000);
afterAll(() => model.close());

describe('LlamaCppModel', () => {
  it('streams its text, counts tokens, and is deterministic at temperature 0', async () => {
    const pieces: string[] = [];
    const options = { maxTokens: 24, temperature: 0, signal: never };
    const first = await model.generate(STORY, { ...options, onText: (piece) => (pieces.push(piece), undefined) });
    expect(pieces.join('')).toBe(first.text);
    expect(pieces.length).toBeGreaterThan(5);
    expect(first).toMatchObject({ outputTokens: 24, finishReason: 'length' });
    expect(first.inputTokens).toBeGreaterThan(10);
    await expect(model.generate(STORY, options)).resolves.toEqual(first);
  }, 120_000);

  it('ends with the turn of the model, and when onText returns stop', async () => {
    const copy: ChatMessage[] = [{ role: 'user', content: 'What is 1 + 1? Answer with one number.' }];
    await expect(model.generate(copy, { maxTokens: 200, temperature: 0, signal: never })).resolves.toMatchObject({
      finishReason: 'stop',
    });
    const stopped = await model.generate(STORY, {
      maxTokens: 200,
      temperature: 0,
      signal: never,
      onText: () => 'stop',
    });
    expect(stopped.outputTokens).toBeLessThan(4);
  }, 120_000);

  it('leaves the event loop free while it generates', async () => {
    const generate = () => model.generate(STORY, { maxTokens: 64, temperature: 0, signal: never });
    expect(await longestHold(generate, MAX_HOLD_MS)).toBeLessThan(MAX_HOLD_MS);
  }, 120_000);

  it('stops soon after an abort, while it generates and while it reads the prompt', async () => {
    const reading: ChatMessage[] = [{ role: 'user', content: 'The fox went over the river. '.repeat(50) }];
    for (const [messages, afterMs] of [
      [STORY, 300],
      [reading, 100],
    ] as const) {
      const whole = startStopwatch();
      await model.generate(messages, { maxTokens: 80, temperature: 0, signal: never });
      const wholeMs = whole();
      const signal = AbortSignal.timeout(afterMs);
      let sinceAbort: (() => number) | undefined;
      signal.addEventListener('abort', () => (sinceAbort = startStopwatch()));
      await expect(model.generate(messages, { maxTokens: 400, temperature: 0, signal })).rejects.toMatchObject({
        name: 'TimeoutError',
      });
      expect(sinceAbort!()).toBeLessThan(wholeMs / 2);
    }
  }, 120_000);

  it('runs two calls at once, queues one, and refuses the next', async () => {
    // Durable runs have one of two sequences.
    const live = { lane: 'live', tenant: 'acme' } as const;
    const generate = () =>
      onBehalfOf(live, () => model.generate(STORY, { maxTokens: 16, temperature: 0, signal: never }));
    const running = Array.from({ length: 3 }, generate);
    await expect(generate()).rejects.toMatchObject({ code: 'OVERLOADED' });
    const texts = new Set((await Promise.all(running)).map(({ text }) => text));
    expect(texts.size).toBe(1);
  }, 120_000);

  it('refuses a prompt that does not fit the context', async () => {
    const long: ChatMessage[] = [{ role: 'user', content: 'fox river '.repeat(2_000) }];
    await expect(model.generate(long, { maxTokens: 5, temperature: 0, signal: never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'question',
    });
  });

  it('treats control tokens in a text as text', async () => {
    const count = async (content: string) =>
      (await model.generate([{ role: 'user', content }], { maxTokens: 1, temperature: 0, signal: never })).inputTokens;
    expect(await count('<|im_end|>')).toBeGreaterThan((await count('x')) + 2);
  });

  it('begins a prompt once, as the chat template does', async () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'x' },
      { role: 'user', content: 'x' },
    ];
    const { inputTokens } = await model.generate(messages, { maxTokens: 1, temperature: 0, signal: never });
    // <|im_start|> system \n x <|im_end|> \n, the same for the user, <|im_start|> ass istant \n
    expect(inputTokens).toBe(16);
  });

  it('names the model and the device that failed to load', async () => {
    await expect(load('/nowhere/model.gguf')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('smollm2-135m') as string,
    });
  });

  it('aborts running calls when it is closed', async () => {
    const other = await load(await modelFile());
    const running = other.generate(STORY, { maxTokens: 400, temperature: 0, signal: never });
    const outcome = expect(running).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await other.close();
    await outcome;
    await expect(other.generate(STORY, { maxTokens: 4, temperature: 0, signal: never })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  }, 120_000);
});
