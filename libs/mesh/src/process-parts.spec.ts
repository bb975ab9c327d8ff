import { LlmosError } from '@llmos/contracts';
import { ProcessParts } from './process-parts.js';
import { Readiness } from './readiness.js';

describe('ProcessParts', () => {
  const setUp = () => {
    const readiness = new Readiness();
    const warnings: unknown[] = [];
    const parts = new ProcessParts(readiness, { warn: (...each: unknown[]) => void warnings.push(each) });
    return { readiness, warnings, parts };
  };

  it('opens a part again until it succeeds, and shows why it is missing meanwhile', async () => {
    const { readiness, warnings, parts } = setUp();
    const seen: unknown[] = [];
    readiness.onChange(() => seen.push(readiness.all[0]));
    let attempts = 0;
    const open = () => {
      attempts += 1;
      if (attempts === 1) throw new Error('secret detail');
      if (attempts === 2) throw new LlmosError('UNAVAILABLE', 'The store is away.');
      return 'opened';
    };
    expect(await parts.open({ name: 'store', open, hint: 'Is the store running?' })).toBe('opened');
    expect(seen).toEqual([
      { name: 'store', state: 'loading' },
      { name: 'store', state: 'failed', message: 'Is the store running?' },
      { name: 'store', state: 'failed', message: 'The store is away.' },
      { name: 'store', state: 'ready' },
    ]);
    expect(warnings).toHaveLength(1);
  });

  it('closes the parts in the reverse order, after the process has ceased to be ready, in spite of failures', async () => {
    const { readiness, warnings, parts } = setUp();
    const closed: string[] = [];
    await parts.open({ name: 'first', open: () => 1, close: (opened) => closed.push(`first ${opened}`) });
    parts.add('second', () => Promise.reject(new Error('stuck')));
    await parts.open({ name: 'third', open: () => 3, close: () => closed.push(`third, ready: ${readiness.ready}`) });
    expect(readiness.ready).toBe(true);
    await parts.close();
    expect(closed).toEqual(['third, ready: false', 'first 1']);
    expect(warnings).toHaveLength(1);
  });

  it('reads the checks of opened parts again when it is asked to', async () => {
    const { readiness, parts } = setUp();
    let isAway = false;
    const check = () => (isAway ? ({ state: 'failed', message: 'away' } as const) : undefined);
    await parts.open({ name: 'broker', open: () => undefined, check });
    isAway = true;
    parts.recheck();
    expect(readiness.waitsFor()).toEqual(['broker']);
    isAway = false;
    parts.recheck();
    expect(readiness.ready).toBe(true);
  });

  it('opens nothing more once the process stops', async () => {
    const { parts } = setUp();
    const failing = new Promise<void>((resolve) => {
      void parts.open({
        name: 'broker',
        open: () => {
          resolve();
          throw new Error('away');
        },
      });
    });
    await failing;
    await parts.close();
    let isOpened = false;
    void parts.open({ name: 'later', open: () => (isOpened = true) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOpened).toBe(false);
  });
});
