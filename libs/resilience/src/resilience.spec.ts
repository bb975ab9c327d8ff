import { LlmosError } from '@llmos/contracts';
import { withDeadline, type Operation } from './deadline.js';
import { BREAKER_RULES } from './breaker-state.js';
import { backoffMs, retry, retryConflicts } from './retry.js';
import { withBreaker } from './with-breaker.js';

const never = new AbortController().signal;

describe('withDeadline', () => {
  it('rejects at the deadline and aborts the operation', async () => {
    let aborted = false;
    const endless: Operation<number, number> = (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    };
    await expect(withDeadline(endless, 10)(1, never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(aborted).toBe(true);
  });

  it('rejects with the abort reason of its caller', async () => {
    const caller = new AbortController();
    const outcome = withDeadline(() => new Promise(() => undefined), 10_000)(1, caller.signal);
    caller.abort(new LlmosError('CANCELLED', 'x'));
    await expect(outcome).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('returns the result of the operation', async () => {
    await expect(withDeadline((n: number) => Promise.resolve(n + 1), 1_000)(1, never)).resolves.toBe(2);
  });
});

describe('backoffMs', () => {
  it('doubles, stays under its cap and never under half', () => {
    for (let attempt = 1; attempt < 12; attempt++) {
      const ceiling = Math.min(1_000, 100 * 2 ** (attempt - 1));
      expect(backoffMs(attempt, { baseMs: 100, capMs: 1_000, random: () => 0 })).toBe(ceiling / 2);
      expect(backoffMs(attempt, { baseMs: 100, capMs: 1_000, random: () => 1 })).toBe(ceiling);
    }
  });
});

describe('retryConflicts', () => {
  const conflict = new LlmosError('CONFLICT', 'changed');

  it('repeats a cycle until no other writer comes in between', async () => {
    let calls = 0;
    const cycle = () => (++calls < 4 ? Promise.reject(conflict) : Promise.resolve('written'));
    await expect(retryConflicts(cycle)).resolves.toBe('written');
    expect(calls).toBe(4);
  });

  it('gives up with CONFLICT after 12 attempts', async () => {
    let calls = 0;
    await expect(retryConflicts(() => (calls++, Promise.reject(conflict)))).rejects.toBe(conflict);
    expect(calls).toBe(12);
  });

  it('does not repeat after another error, nor after its signal has aborted', async () => {
    let calls = 0;
    const failure = new LlmosError('UNAVAILABLE', 'away');
    await expect(retryConflicts(() => (calls++, Promise.reject(failure)))).rejects.toBe(failure);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(retryConflicts(() => (calls++, Promise.reject(conflict)), signal)).rejects.toThrow('stopped');
    expect(calls).toBe(1);
  });
});

describe('retry', () => {
  const options = { baseMs: 1, capMs: 2 };

  it('repeats the work until it succeeds and reports each failure', async () => {
    const failures: number[] = [];
    const work = (attempt: number) => (attempt < 3 ? Promise.reject(new Error('not yet')) : attempt);
    const onFailure = (_: unknown, attempt: number) => failures.push(attempt);
    await expect(retry(work, { ...options, onFailure })).resolves.toBe(3);
    expect(failures).toEqual([1, 2]);
  });

  it('ends with the reason of its signal', async () => {
    const leaving = new AbortController();
    const endless = retry(() => Promise.reject(new Error('never')), {
      baseMs: 60_000,
      capMs: 60_000,
      signal: leaving.signal,
    });
    leaving.abort();
    await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('withBreaker', () => {
  const options = { name: 'the model', timeoutMs: 1_000, capacity: 2, rules: { ...BREAKER_RULES, openMs: 1_000 } };

  it('opens after many failures, not after one, and closes again after one success', async () => {
    let healthy = false;
    const guarded = withBreaker(() => (healthy ? Promise.resolve('ok') : Promise.reject(new Error('down'))), options);
    await expect(guarded(undefined, never)).rejects.toThrow('down');
    expect(guarded.isOpen()).toBe(false);
    for (let i = 0; i < 5; i++) await guarded(undefined, never).catch(() => undefined);
    expect(guarded.isOpen()).toBe(true);
    await expect(guarded(undefined, never)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    healthy = true;
    while (guarded.isOpen())
      await guarded(undefined, never).catch(() => new Promise((resolve) => setTimeout(resolve, 5)));
    await expect(guarded(undefined, never)).resolves.toBe('ok');
  });

  it.each(['INVALID_ARGUMENT', 'CANCELLED', 'OVERLOADED', 'CONTENT_REFUSED', 'MODEL_LOADING'] as const)(
    'does not open after %s, which is no failure of the dependency',
    async (code) => {
      const guarded = withBreaker(() => Promise.reject(new LlmosError(code, 'x')), options);
      for (let i = 0; i < 20; i++) await expect(guarded(undefined, never)).rejects.toMatchObject({ code });
      expect(guarded.isOpen()).toBe(false);
    },
  );

  it('does not open when callers leave or their deadlines pass, whatever the calls then reject with', async () => {
    const hanging = (_: undefined, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const guarded = withBreaker(hanging, options);
    for (let i = 0; i < 20; i++) {
      const caller = new AbortController();
      const outcome = guarded(undefined, caller.signal);
      caller.abort(new LlmosError('DEADLINE_EXCEEDED', 'The time of the caller is over.'));
      await expect(outcome).rejects.toThrow();
    }
    expect(guarded.isOpen()).toBe(false);
  });

  it('opens after streams that break off when they have begun', async () => {
    const parts: string[] = [];
    const stream = async () => {
      for (const part of ['The ', 'answer ']) parts.push(await Promise.resolve(part));
      throw new Error('the connection was reset');
    };
    const guarded = withBreaker(stream, options);
    for (let i = 0; i < 5; i++) await expect(guarded(undefined, never)).rejects.toThrow('reset');
    expect(parts).toHaveLength(10);
    expect(guarded.isOpen()).toBe(true);
  });

  it('rejects calls over its capacity and stops calls at its time limit', async () => {
    const stopped: boolean[] = [];
    const slow = withBreaker(
      (_: number, signal) =>
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            stopped.push(true);
            reject(new Error('aborted'));
          }),
        ),
      { ...options, timeoutMs: 30 },
    );
    const calls = [1, 2, 3].map((n) =>
      slow(n, never).then(
        () => 'ok',
        (error: LlmosError) => error.code,
      ),
    );
    expect(await Promise.all(calls)).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'OVERLOADED']);
    for (let i = 0; i < 200 && stopped.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(stopped).toHaveLength(2);
  });
});
