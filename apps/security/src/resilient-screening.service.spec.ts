import { LlmosError } from '@llmos/contracts';
import { screen } from '@llmos/contracts/capabilities/security';
import { ResilientScreening, RULES_ALONE } from './resilient-screening.service.js';

const request = screen.input.parse(screen.example.input);
const verdict = screen.output.parse(screen.example.output);
const screening = (answer: () => Promise<typeof verdict>) => ({
  load: () => Promise.resolve(),
  close: () => Promise.resolve(),
  screen: answer,
});
const silent = { onFallback: () => undefined, onLoadFailure: () => undefined };
const rules = screening(() => Promise.resolve(verdict));

describe('screening while its model fails', () => {
  it('goes on by the rules alone, and says so', async () => {
    let fallbacks = 0;
    const broken = screening(() => Promise.reject(new Error('the worker died')));
    const listener = { ...silent, onFallback: () => void (fallbacks += 1) };
    const answer = await new ResilientScreening(broken, rules, listener).screen(request);
    expect(answer).toEqual({ ...verdict, model: RULES_ALONE });
    expect(fallbacks).toBe(1);
  });

  it.each(['CONTENT_REFUSED', 'INVALID_ARGUMENT', 'PAYLOAD_TOO_LARGE'] as const)('says %s as it is', async (code) => {
    const told = screening(() => Promise.reject(new LlmosError(code, 'told')));
    const resilient = new ResilientScreening(told, rules, silent);
    await expect(resilient.screen(request)).rejects.toMatchObject({ code });
  });

  it('begins by the rules alone when the model cannot be had, and goes over to it when it can', async () => {
    let isThere = false;
    const failures: unknown[] = [];
    const full = {
      ...screening(() =>
        isThere ? Promise.resolve(verdict) : Promise.reject(new LlmosError('MODEL_LOADING', 'not there yet')),
      ),
      load: () => (isThere ? Promise.resolve() : Promise.reject(new LlmosError('UNAVAILABLE', 'no network'))),
    };
    const listener = { ...silent, onLoadFailure: (error: unknown) => void failures.push(error) };
    const resilient = new ResilientScreening(full, rules, listener, 5);
    await resilient.load(() => undefined, new AbortController().signal);
    expect((await resilient.screen(request)).model).toBe(RULES_ALONE);
    isThere = true;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await resilient.screen(request)).model).toBe(verdict.model);
    expect(failures.length).toBeGreaterThan(0);
  });

  it('does not begin without its rules', async () => {
    const none = { ...rules, load: () => Promise.reject(new LlmosError('UNAVAILABLE', 'no head')) };
    const resilient = new ResilientScreening(rules, none, silent);
    await expect(resilient.load(() => undefined, new AbortController().signal)).rejects.toThrow('no head');
  });

  it('passes on an abort', async () => {
    const signal = AbortSignal.abort(new LlmosError('CANCELLED', 'The run was cancelled.'));
    const aborted = screening(() => Promise.reject(signal.reason as Error));
    await expect(new ResilientScreening(aborted, rules, silent).screen(request, signal)).rejects.toBe(signal.reason);
  });
});
