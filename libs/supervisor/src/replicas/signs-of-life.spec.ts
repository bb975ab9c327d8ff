import { SIGN_EVERY_MS, SignsOfLife } from './signs-of-life.js';

const LIMIT_MS = 10 * SIGN_EVERY_MS;
const asleep = { isRunnable: false, cpuMs: 700 };
const runnable = (cpuMs: number) => ({ isRunnable: true, cpuMs });

describe('SignsOfLife', () => {
  const complete = () => {
    const signs = new SignsOfLife();
    signs.complete();
    return signs;
  };
  const pass = (signs: SignsOfLife, seconds: number, thread = asleep) => {
    for (let n = 0; n < seconds; n++) signs.pass(SIGN_EVERY_MS, thread);
  };

  it('takes a process that sleeps without a sign as frozen, and not one that gives signs', () => {
    const signs = complete();
    pass(signs, 9);
    expect(signs.isFrozen(LIMIT_MS, asleep)).toBe(false);
    pass(signs, 1);
    expect(signs.isFrozen(LIMIT_MS, asleep)).toBe(true);
    signs.heard();
    expect(signs.isFrozen(LIMIT_MS, asleep)).toBe(false);
  });

  it('does not count the time in which the listener itself stood still', () => {
    const signs = complete();
    signs.pass(60_000);
    expect(signs.silentMs).toBe(2 * SIGN_EVERY_MS);
  });

  it('waits for a process that lacks a processor, and not for one whose event loop hangs', () => {
    const signs = complete();
    pass(signs, 20, runnable(1_000));
    expect(signs.isFrozen(LIMIT_MS, runnable(1_900))).toBe(false);
    expect(signs.isFrozen(LIMIT_MS, runnable(6_000))).toBe(true);
  });

  it('gives a process that starts more time', () => {
    const signs = new SignsOfLife();
    signs.started();
    pass(signs, 39);
    expect(signs.isFrozen(LIMIT_MS, asleep)).toBe(false);
    pass(signs, 1);
    expect(signs.isFrozen(LIMIT_MS, asleep)).toBe(true);
  });

  it('knows nothing more where the system does not tell', () => {
    const signs = complete();
    pass(signs, 10);
    expect(signs.isFrozen(LIMIT_MS, undefined)).toBe(true);
  });
});
