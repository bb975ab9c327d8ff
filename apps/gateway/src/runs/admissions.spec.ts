import type { TerminalAnswer } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { setTimeout as pause } from 'node:timers/promises';
import { Admissions } from './admissions.js';

const PLACES = 2;
const MINUTE_MS = 60_000;
const never = new AbortController().signal;
const DONE = { type: 'completed', timings: [] } as unknown as TerminalAnswer;

describe('Admissions', () => {
  let admissions: Admissions;
  let finish: PromiseWithResolvers<void>;
  const started: string[] = [];

  /** A run that works until {@link finish}. */
  const run = (tenant: string, { withinMs = MINUTE_MS, priority = 0, name = tenant } = {}) =>
    admissions.run(
      { tenant, pipeline: { name: 'p' }, priority, deadlineMs: steadyNow() + withinMs },
      never,
      async () => {
        started.push(name);
        await finish.promise;
        return DONE;
      },
    );
  const wait = (tenant: string, count: number) => Array.from({ length: count }, () => run(tenant));

  beforeEach(async () => {
    admissions = new Admissions(PLACES);
    started.length = 0;
    // Ten runs have been measured, of about 100 ms.
    for (let n = 0; n < 10; n++) {
      const timings = [{ queueMs: 0, handlerMs: 100 }];
      const answer = { type: 'completed', timings } as unknown as TerminalAnswer;
      const measured = { tenant: 'acme', pipeline: { name: 'p' }, priority: 0, deadlineMs: steadyNow() + MINUTE_MS };
      await admissions.run(measured, never, () => pause(20, answer));
    }
    finish = Promise.withResolvers();
  });
  afterEach(() => finish.resolve());

  it('refuses with 503 what our capacity cannot do in time, with the seconds to wait, also in words', async () => {
    const waiting = wait('acme', PLACES + 200);
    const refusal = await run('acme', { withinMs: 50 }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'OVERLOADED', httpStatus: 503, retryable: true });
    const { retryAfterSeconds, message } = refusal as { retryAfterSeconds: number; message: string };
    // 200 runs of 20 ms and more, two at a time.
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(2);
    expect(message).toContain(`Try again in ${retryAfterSeconds} s.`);
    finish.resolve();
    await Promise.all(waiting);
  });

  it('refuses with 429 what is more than the share of its tenant', async () => {
    const waiting = [run('polite'), ...wait('greedy', PLACES + 200)];
    await expect(run('greedy', { withinMs: 50 })).rejects.toMatchObject({
      ...{ code: 'RATE_LIMITED', httpStatus: 429, retryable: true },
      retryAfterSeconds: expect.any(Number) as number,
    });
    finish.resolve();
    await Promise.all(waiting);
  });

  it('starts nothing that has become too late, and says how to have it done', async () => {
    const working = wait('acme', PLACES);
    await expect(run('acme', { withinMs: 300, name: 'late' })).rejects.toMatchObject({
      ...{ code: 'DEADLINE_EXCEEDED', retryable: true },
      message: expect.stringContaining('allow more time') as string,
    });
    expect(started).not.toContain('late');
    finish.resolve();
    await Promise.all(working);
  });

  it('starts the urgent run of a tenant first', async () => {
    const all = [...wait('acme', PLACES), run('acme', { name: 'usual' }), run('acme', { name: 'urgent', priority: 3 })];
    finish.resolve();
    await Promise.all(all);
    expect(started.slice(PLACES)).toEqual(['urgent', 'usual']);
  });
});
