import { LlmosError, type Check } from '@llmos/contracts';
import { Readiness, type BringOptions } from './readiness.js';

describe('Readiness.bring', () => {
  let readiness: Readiness;
  let leaving: AbortController;
  let said: Check[];
  let logged: unknown[];
  let options: BringOptions;

  beforeEach(() => {
    readiness = new Readiness();
    leaving = new AbortController();
    said = [];
    logged = [];
    readiness.onChange(() => said.push(...readiness.all));
    options = { signal: leaving.signal, log: { error: (entry: unknown) => logged.push(entry) }, retryMs: 1 };
  });

  it('goes from loading, with what is reported, to ready', async () => {
    await readiness.bring(
      'model',
      async (report) => report({ progress: 0.5, etaSeconds: 3, message: 'fetching model' }),
      options,
    );
    expect(said).toEqual([
      { name: 'model', state: 'loading' },
      { name: 'model', state: 'loading', progress: 0.5, etaSeconds: 3, message: 'fetching model' },
      { name: 'model', state: 'ready' },
    ]);
    expect(readiness.ready).toBe(true);
  });

  it('shows and logs the reason of a failure, and starts again', async () => {
    const failures = [new LlmosError('UNAVAILABLE', 'No disk is left.'), new Error('secret path')];
    await readiness.bring(
      'model',
      async () => {
        const failure = failures.shift();
        if (failure) throw failure;
      },
      options,
    );
    expect(said.map(({ state }) => state)).toEqual(['loading', 'failed', 'loading', 'failed', 'loading', 'ready']);
    expect(said[1]?.message).toBe('No disk is left.');
    expect(said[3]?.message).toMatch(/'model' could not be started; the log has the reason/);
    expect(logged).toHaveLength(2);
  });

  it('is ready without an optional part after its first failure, and loads the part later', async () => {
    let failures = 2;
    const start = async (report: (progress: { progress: number }) => void) => {
      report({ progress: 0.5 });
      if (failures-- > 0) throw new LlmosError('UNAVAILABLE', 'No network.');
    };
    await readiness.bring('model', start, { ...options, without: 'The rules decide alone.' });
    const degraded = { name: 'model', state: 'ready', message: 'The rules decide alone. No network.' };
    expect(said).toEqual([
      { name: 'model', state: 'loading' },
      { name: 'model', state: 'loading', progress: 0.5 },
      degraded,
      degraded,
      { name: 'model', state: 'ready' },
    ]);
    expect(logged).toHaveLength(2);
  });

  it('ends its attempts when the signal aborts, during a pause and during a start', async () => {
    const fails = () => Promise.reject(new Error('no'));
    const paused = readiness.bring('paused', fails, { ...options, retryMs: 60_000 });
    const starting = readiness.bring(
      'starting',
      () => new Promise((_, reject) => leaving.signal.addEventListener('abort', () => reject(leaving.signal.reason))),
      options,
    );
    setImmediate(() => leaving.abort());
    await Promise.all([paused, starting]);
    expect(readiness.ready).toBe(false);
    expect(logged).toHaveLength(1);
  });

  it('does not start if the signal has aborted already', async () => {
    leaving.abort();
    await readiness.bring('model', () => Promise.reject(new Error('must not be called')), options);
    expect(said).toEqual([]);
  });
});
