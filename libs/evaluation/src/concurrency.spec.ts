import { mapConcurrently } from './concurrency.js';

describe('mapConcurrently', () => {
  it('works on at most `limit` items and keeps their order', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 3, 2, 4], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 30, 20, 40]);
    expect(most).toBe(2);
  });

  it('stops at the first failure', async () => {
    const seen: number[] = [];
    const work = async (item: number) => {
      seen.push(item);
      await Promise.resolve();
      if (item === 2) throw new Error('no');
    };
    await expect(mapConcurrently([1, 2, 3, 4, 5, 6, 7, 8], 1, work)).rejects.toThrow('no');
    expect(seen).toEqual([1, 2]);
  });
});
