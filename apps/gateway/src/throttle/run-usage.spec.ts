import type { TerminalAnswer } from '@llmos/contracts';
import fc from 'fast-check';
import { usageOf } from './run-usage.js';

const completed = (details: Record<string, unknown>): TerminalAnswer => ({
  type: 'completed',
  result: 'secret',
  details,
  timings: [],
  degraded: [],
});
const failed = (code: 'CONTENT_REFUSED' | 'NOT_FOUND'): TerminalAnswer => ({
  type: 'failed',
  error: { code, message: 'm', retryable: false },
});

describe('usageOf', () => {
  it('reads the tokens and the score of the screening from a completed run', () => {
    const usage = { inputTokens: 3, outputTokens: 4 };
    expect(usageOf(completed({ usage, screening: { score: 0.2, model: 'rules' } }))).toEqual({
      tokens: 7,
      injectionScore: 0.2,
    });
  });

  it('gives a run that was refused for its content the highest score', () => {
    expect(usageOf(failed('CONTENT_REFUSED'))).toEqual({ injectionScore: 1 });
    for (const answer of [failed('NOT_FOUND'), { type: 'cancelled' }, { type: 'expired' }] as TerminalAnswer[])
      expect(usageOf(answer)).toEqual({});
  });

  it('does not blame the caller for a withheld passage', () => {
    expect(usageOf(completed({ screening: { score: 0.9, withheld: ['planted#0'] } }))).toEqual({});
  });

  it('returns figures only, whatever the details are', () => {
    for (const details of [{ usage: 'many', screening: { score: 7 } }, {}])
      expect(usageOf(completed(details))).toEqual({});
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('usage', 'screening', 'x'), fc.anything()), (details) => {
        const usage = usageOf(completed(details));
        expect(Object.values(usage).every((value) => typeof value === 'number')).toBe(true);
      }),
    );
  });
});
