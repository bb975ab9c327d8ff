import { SilenceLimit } from './silence-limit.js';

describe('SilenceLimit', () => {
  const MOST_MS = 15_000;
  const after = (...silencesMs: number[]) => {
    const limit = new SilenceLimit(MOST_MS);
    for (const ms of silencesMs) limit.answered(ms);
    return limit;
  };

  it('is the highest before the first answer', () => {
    expect(after().ms).toBe(MOST_MS);
  });

  it('is short for a fast server, and some times as long as usual for a slow one', () => {
    expect(after(...Array<number>(20).fill(30)).ms).toBe(1_500);
    const slow = after(...Array<number>(50).fill(1_000)).ms;
    expect(slow).toBeGreaterThan(4_000);
    expect(slow).toBeLessThan(4_200);
    expect(after(...Array<number>(20).fill(9_000)).ms).toBe(MOST_MS);
  });

  it('grows once for the calls that were silent at the same time, and ends with the next answer', () => {
    const limit = after(...Array<number>(20).fill(30));
    limit.wasSilent(0, 1_500);
    limit.wasSilent(100, 1_600);
    expect(limit.ms).toBe(1_875);
    limit.wasSilent(1_700, 3_600);
    expect(limit.ms).toBeCloseTo(2_343.75);
    for (let nowMs = 4_000; nowMs < 60_000; nowMs += 1_000) limit.wasSilent(nowMs, nowMs);
    expect(limit.ms).toBe(MOST_MS);
    limit.answered(30);
    expect(limit.ms).toBe(1_500);
  });
});
