import { LiveRuns } from './live-runs.js';

const MINUTE = 60_000;

describe('LiveRuns', () => {
  const full = (runs: LiveRuns, tenant: string, deadlineMs: number) => () =>
    void runs.enter(crypto.randomUUID(), { tenant, deadlineMs });
  const code = (name: string) => expect.objectContaining({ code: name }) as Error;

  it('gives one tenant its share alone, and all of them no more than there is', () => {
    const runs = new LiveRuns({ total: 6, perTenant: 3 });
    for (let i = 0; i < 3; i++) runs.enter(`a${i}`, { tenant: 'acme', deadlineMs: MINUTE });
    expect(full(runs, 'acme', MINUTE)).toThrow(code('RATE_LIMITED'));
    for (let i = 0; i < 3; i++) runs.enter(`b${i}`, { tenant: 'bank', deadlineMs: MINUTE });
    expect(full(runs, 'club', MINUTE)).toThrow(code('OVERLOADED'));
    runs.leave('a0');
    expect(full(runs, 'acme', MINUTE)).not.toThrow();
  });

  it('takes 4 long pipelines at once of a tenant, whatever else is free', () => {
    const runs = new LiveRuns({ total: 100, perTenant: 100 });
    for (let i = 0; i < 4; i++) runs.enter(`a${i}`, { tenant: 'acme', deadlineMs: 60 * MINUTE });
    expect(full(runs, 'acme', 60 * MINUTE)).toThrow(code('RATE_LIMITED'));
    expect(full(runs, 'acme', 60 * MINUTE)).toThrow(/\/v1\/runs/);
    expect(full(runs, 'acme', 10 * MINUTE)).not.toThrow();
    expect(full(runs, 'bank', 60 * MINUTE)).not.toThrow();
    runs.leave('a3');
    expect(full(runs, 'acme', 60 * MINUTE)).not.toThrow();
  });

  it('cancels a run for its own tenant alone', () => {
    const runs = new LiveRuns({ total: 2, perTenant: 2 });
    const signal = runs.enter('a', { tenant: 'acme', deadlineMs: MINUTE });
    expect(runs.cancel('bank', 'a')).toBe(false);
    expect(runs.cancel('acme', 'b')).toBe(false);
    expect(signal.aborted).toBe(false);
    expect(runs.cancel('acme', 'a')).toBe(true);
    expect(signal.aborted).toBe(true);
  });
});
