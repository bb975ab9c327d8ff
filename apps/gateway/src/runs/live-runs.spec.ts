import { Floors } from '@llmos/resilience';
import { LiveRuns } from './live-runs.js';

const MINUTE = 60_000;
const run = (tenant: string, deadlineMs: number) => ({ tenant, pipeline: { name: 'p', deadlineMs } });

describe('LiveRuns', () => {
  const full = (runs: LiveRuns, tenant: string, deadlineMs: number) => () =>
    void runs.enter(crypto.randomUUID(), run(tenant, deadlineMs));
  const code = (name: string) => expect.objectContaining({ code: name }) as Error;

  it('limits the runs of one tenant, and the runs of all tenants together', () => {
    const runs = new LiveRuns({ total: 6, perTenant: 3 });
    for (let i = 0; i < 3; i++) runs.enter(`a${i}`, run('acme', MINUTE));
    expect(full(runs, 'acme', MINUTE)).toThrow(code('RATE_LIMITED'));
    for (let i = 0; i < 3; i++) runs.enter(`b${i}`, run('bank', MINUTE));
    expect(full(runs, 'club', MINUTE)).toThrow(code('OVERLOADED'));
    runs.leave('a0');
    expect(full(runs, 'acme', MINUTE)).not.toThrow();
  });

  it('keeps the floor of a tenant for it while others burst', () => {
    const runs = new LiveRuns({ total: 8, perTenant: 4, floors: new Floors(new Map([['bank', 0.5]])) });
    for (let i = 0; i < 3; i++) runs.enter(`a${i}`, run('acme', MINUTE));
    runs.enter('c0', run('club', MINUTE));
    expect(full(runs, 'club', MINUTE)).toThrow(code('OVERLOADED'));
    for (let i = 0; i < 4; i++) expect(full(runs, 'bank', MINUTE)).not.toThrow();
    expect(full(runs, 'bank', MINUTE)).toThrow(code('OVERLOADED'));
  });

  it('admits 4 long pipelines of a tenant at once, however many places are free', () => {
    const runs = new LiveRuns({ total: 100, perTenant: 100 });
    for (let i = 0; i < 4; i++) runs.enter(`a${i}`, run('acme', 60 * MINUTE));
    expect(full(runs, 'acme', 60 * MINUTE)).toThrow(code('RATE_LIMITED'));
    expect(full(runs, 'acme', 60 * MINUTE)).toThrow(/\/v1\/runs/);
    expect(full(runs, 'acme', 10 * MINUTE)).not.toThrow();
    expect(full(runs, 'bank', 60 * MINUTE)).not.toThrow();
    runs.leave('a3');
    expect(full(runs, 'acme', 60 * MINUTE)).not.toThrow();
  });

  it('cancels a run for its own tenant only', () => {
    const runs = new LiveRuns({ total: 2, perTenant: 2 });
    const signal = runs.enter('a', run('acme', MINUTE));
    expect(runs.cancel('bank', 'a')).toBeUndefined();
    expect(runs.cancel('acme', 'b')).toBeUndefined();
    expect(signal.aborted).toBe(false);
    expect(runs.cancel('acme', 'a')).toEqual(run('acme', MINUTE));
    expect(signal.aborted).toBe(true);
  });
});
