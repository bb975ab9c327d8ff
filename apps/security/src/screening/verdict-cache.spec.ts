import { VerdictCache } from './verdict-cache.js';

describe('VerdictCache', () => {
  it('returns the verdict on a text, and drops the least recently used one', () => {
    const verdict = (score: number) => ({ score, spans: [] });
    const cache = new VerdictCache(2);
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', verdict(0.1));
    cache.set('b', verdict(0.2));
    expect(cache.get('a')?.score).toBe(0.1);
    cache.set('c', verdict(0.3));
    expect(cache.get('a')?.score).toBe(0.1);
    expect(cache.get('b')).toBeUndefined();
  });
});
