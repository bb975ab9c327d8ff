import { VerdictCache } from './verdict-cache.js';

describe('VerdictCache', () => {
  const verdict = (score: number) => () => Promise.resolve({ score, spans: [] });

  it('judges a text once, and the least lately asked for again', async () => {
    const cache = new VerdictCache(2);
    expect((await cache.of('a', verdict(0.1))).score).toBe(0.1);
    expect((await cache.of('a', verdict(0.9))).score).toBe(0.1);
    await cache.of('b', verdict(0.2));
    await cache.of('a', verdict(0.9));
    await cache.of('c', verdict(0.3));
    expect((await cache.of('a', verdict(0.9))).score).toBe(0.1);
    expect((await cache.of('b', verdict(0.9))).score).toBe(0.9);
  });

  it('keeps no judgement that failed', async () => {
    const cache = new VerdictCache();
    await expect(cache.of('a', () => Promise.reject(new Error('no model')))).rejects.toThrow('no model');
    expect((await cache.of('a', verdict(0.4))).score).toBe(0.4);
  });
});
