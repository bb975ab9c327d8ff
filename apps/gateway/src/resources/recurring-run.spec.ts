import { check } from '../http/route.js';
import { recurringRunBody, toRecurringRun } from './recurring-run.js';

const body = (more: object) => ({ pipeline: 'detect_intent', input: { text: 'hi' }, ...more });
const parse = (name: string, sent: object, minSeconds: number) =>
  toRecurringRun(name, check(recurringRunBody, sent), minSeconds);

describe('toRecurringRun', () => {
  it.each([
    [{ every: '60s' }, '@every 60s'],
    [{ every: '1m' }, '@every 1m'],
    [{ cron: '0 * * * * *' }, '0 * * * * *'],
    [{ cron: '59 0 3 * * MON-FRI' }, '59 0 3 * * MON-FRI'],
  ])('reads %j', (more, when) => {
    expect(parse('nightly', body(more), 60)).toEqual({ name: 'nightly', ...body({ when }) });
  });

  it.each([
    { every: '1s' },
    { every: '59s' },
    ...['*', '*/2', '*/60', '0,30', '0-59', '5/10', '?', '100'].map((field) => ({ cron: `${field} 0 3 * * *` })),
  ])('refuses %j because it starts too often', (more) => {
    const [field] = Object.keys(more);
    expect(() => parse('nightly', body(more), 60)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field, message: expect.stringContaining('60 s') as string }),
    );
  });

  it.each([
    ['every', '24 hours', '30m, 24h'],
    ['cron', '* * * * *', 'six fields'],
  ])('says of %s what it may be', (field, value, form) => {
    const message = expect.stringMatching(`^'${field}' .*${form}`) as string;
    expect(() => parse('nightly', body({ [field]: value }), 60)).toThrow(expect.objectContaining({ field, message }));
  });

  it('accepts shorter intervals if the setting allows them', () => {
    for (const more of [{ every: '1s' }, { cron: '* * * * * *' }])
      expect(() => parse('nightly', body(more), 1)).not.toThrow();
    expect(() => parse('nightly', body({ every: '9s' }), 10)).toThrow(/10 s/);
    expect(() => parse('nightly', body({ cron: '*/5 * * * * *' }), 10)).toThrow(/seconds/);
  });

  it('accepts an input of 100 KB and no larger one', () => {
    const of = (characters: number) => body({ every: '1h', input: { text: 'é'.repeat(characters) } });
    expect(() => parse('nightly', of(49_990), 60)).not.toThrow();
    expect(() => parse('nightly', of(50_000), 60)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE', field: 'input' }),
    );
  });
});
