import { SIGN_EVERY_MS, SignsOfLife } from './signs-of-life.js';

describe('SignsOfLife', () => {
  it('counts the time without a sign', () => {
    const signs = new SignsOfLife();
    signs.pass(SIGN_EVERY_MS);
    signs.pass(SIGN_EVERY_MS);
    expect(signs.silentMs).toBe(2 * SIGN_EVERY_MS);
    signs.heard();
    expect(signs.silentMs).toBe(0);
  });

  it('does not count the time in which the listener itself stood still', () => {
    const signs = new SignsOfLife();
    signs.pass(60_000);
    expect(signs.silentMs).toBe(2 * SIGN_EVERY_MS);
  });
});
