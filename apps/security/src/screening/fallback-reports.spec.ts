import { securityMetrics } from '../security.metrics.js';
import { fallbackReports } from './fallback-reports.js';

const { jest } = import.meta;

describe('fallbackReports', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('counts every fallback, and logs at most one a minute for each stage', () => {
    const byRules = jest.spyOn(securityMetrics.byRules, 'inc');
    const byFirstStage = jest.spyOn(securityMetrics.byFirstStage, 'inc');
    const logged: unknown[] = [];
    const report = fallbackReports({ warn: (details: object) => void logged.push(details) });
    const error = new Error('the worker died');
    report('first', error);
    report('first', error);
    report('second', error);
    expect(logged).toEqual([
      { err: error, stage: 'first' },
      { err: error, stage: 'second' },
    ]);
    jest.advanceTimersByTime(60_000);
    report('first', error);
    expect(logged).toHaveLength(3);
    expect(byRules).toHaveBeenCalledTimes(3);
    expect(byFirstStage).toHaveBeenCalledTimes(1);
  });
});
