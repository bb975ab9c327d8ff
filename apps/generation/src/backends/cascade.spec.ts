import { answer } from '@llmos/contracts/capabilities/generation';
import { runStep } from '@llmos/testing';
import { backendOf, modelOf, passage, serviceWith, type ScriptedModel } from '../../test/fixtures/scripted-model.js';
import type { AnswerInput, GenerationService } from '../generation.service.js';
import { cascade } from './cascade.js';

const STATED = 'A new card arrives within five working days.';

async function ask(service: GenerationService, input: Partial<AnswerInput> = {}) {
  const full = { question: 'When will my new card arrive?', passages: [passage], ...input };
  const run = runStep(answer, (each, context) => service.answer(each, context), full);
  const { output, deltas } = await run;
  expect((deltas as { sentence: string }[]).map(({ sentence }) => sentence).join(' ')).toBe(output.text);
  return output;
}

describe('Which models are asked', () => {
  const small = backendOf(
    modelOf(() => '', 'small'),
    { price: 1, quality: 1, contextTokens: 1_000 },
  );
  const large = backendOf(
    modelOf(() => '', 'large'),
    { price: 9, quality: 3, contextTokens: 8_000 },
  );
  const middle = backendOf(
    modelOf(() => '', 'middle'),
    { price: 4, quality: 2, contextTokens: 4_000 },
  );
  const twin = backendOf(
    modelOf(() => '', 'twin'),
    { price: 1, quality: 2 },
  );
  const need = (characters: number, quality?: number) => ({
    messages: [{ role: 'user' as const, content: 'x'.repeat(characters) }],
    maxTokens: 100,
    quality,
  });
  const names = (characters: number, quality?: number, all = [large, small, middle]) =>
    cascade(all, need(characters, quality)).map(({ name }) => name);

  it('all, the cheapest first, and of equal price the better one', () => {
    expect(names(10)).toEqual(['small', 'middle', 'large']);
    expect(names(10, 1, [small, twin])).toEqual(['twin', 'small']);
  });

  it('those whose context is large enough, and whose class is high enough', () => {
    expect(names(8_000)).toEqual(['middle', 'large']);
    expect(names(10, 2)).toEqual(['middle', 'large']);
    expect(names(20_000, 1)).toEqual(['large']);
  });

  it('the largest where none is large enough, and the best where none is good enough', () => {
    expect(names(90_000)).toEqual(['large']);
    expect(names(10, 9)).toEqual(['large']);
    expect(names(10, 9, [small])).toEqual(['small']);
  });
});

describe('Several models', () => {
  const failures: [string, string][] = [];
  const onFailure = (error: unknown, instead: string) => void failures.push([(error as Error).message, instead]);
  beforeEach(() => void failures.splice(0));
  const broken = (name: string) => modelOf(() => Promise.reject(new Error(`${name} is broken`)), name);
  const both = (small: ScriptedModel, large: ScriptedModel) =>
    serviceWith([backendOf(small, { price: 1 }), backendOf(large, { price: 9, quality: 3 })], { onFailure });

  it('do not ask the dear one where the cheap one says what the passages say', async () => {
    const [small, large] = [modelOf(() => STATED, 'small'), modelOf(() => STATED, 'large')];
    expect(await ask(both(small, large))).toMatchObject({ text: STATED, grounding: 'generated', model: 'small' });
    expect(large.asked).toBe(0);
  });

  it('let the dear one answer where the cheap one invents, and say nothing of what was invented', async () => {
    const [small, large] = [modelOf(() => 'It arrives by pigeon.', 'small'), modelOf(() => STATED, 'large')];
    const output = await ask(both(small, large));
    expect(output).toMatchObject({ text: STATED, grounding: 'generated', model: 'large', degraded: false });
    expect(output.usage).toEqual({ inputTokens: 14, outputTokens: 6 });
    expect(failures).toEqual([]);
  });

  it('quote the passages where both invent', async () => {
    const [small, large] = [modelOf(() => 'By pigeon.', 'small'), modelOf(() => 'By balloon.', 'large')];
    const output = await ask(both(small, large));
    expect(output).toMatchObject({ grounding: 'extracted', degraded: false });
    expect(output.text).toContain('A new card arrives within 5 working days.');
  });

  it('go on with the next one where one fails, and with the passages where all do', async () => {
    const large = modelOf(() => STATED, 'large');
    expect(await ask(both(broken('small'), large))).toMatchObject({ model: 'large', degraded: false });
    expect(await ask(both(broken('small'), broken('large')))).toMatchObject({ grounding: 'extracted', degraded: true });
    expect(failures).toEqual([
      ['small is broken', 'large'],
      ['small is broken', 'large'],
      ['large is broken', 'the passages alone'],
    ]);
  });

  it('answer freely with the first that can, and never twice', async () => {
    const large = modelOf(() => 'Good day.', 'large');
    expect(await ask(both(broken('small'), large), { grounding: 'off' })).toMatchObject({
      text: 'Good day.',
      model: 'large',
    });
    const half = modelOf(({ onText }) => {
      onText?.('Good mor');
      throw new Error('it broke off');
    }, 'small');
    const service = both(half, large);
    const input = answer.input.parse({ question: 'Hello?', grounding: 'off' });
    const context = { signal: new AbortController().signal, emit: () => undefined };
    await expect(service.answer(input, context)).rejects.toThrow('it broke off');
    expect(large.asked).toBe(1);
  });

  it('ask only those of the class that the request names', async () => {
    const [small, large] = [modelOf(() => 'Small talk.', 'small'), modelOf(() => 'Good day.', 'large')];
    const output = await ask(both(small, large), { grounding: 'off', quality: 3 });
    expect(output).toMatchObject({ model: 'large' });
    expect(small.asked).toBe(0);
  });
});
