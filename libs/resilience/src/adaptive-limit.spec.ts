import fc from 'fast-check';
import { AdaptiveLimit } from './adaptive-limit.js';

/** Services with `places`, each work takes `workMs`: what is above the places waits in their queue. */
function converge(places: number, workMs: number, start: number, rounds = 200): number[] {
  const limit = new AdaptiveLimit({ start, min: 4, max: 256 });
  const seen: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const inProgress = limit.value;
    const queueMs = inProgress > places ? ((inProgress - places) / places) * workMs : 0;
    limit.full();
    for (let n = 0; n < inProgress; n++) limit.observe({ queueMs, workMs });
    seen.push(limit.value);
  }
  return seen;
}

describe('AdaptiveLimit', () => {
  it('finds how much work the services can do at once, wherever it starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 128 }), fc.integer({ min: 5, max: 200 }), (places, start) => {
        for (const limit of converge(places, 40, start).slice(-20)) {
          expect(limit).toBeGreaterThanOrEqual(0.85 * places - 1);
          expect(limit).toBeLessThanOrEqual(1.25 * places + 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not grow while no work waits', () => {
    const limit = new AdaptiveLimit({ start: 16, min: 4, max: 256 });
    for (let n = 0; n < 1_000; n++) limit.observe({ queueMs: 0, workMs: 40 });
    expect(limit.value).toBe(16);
  });

  it('keeps its minimum, however long work waits', () => {
    const limit = new AdaptiveLimit({ start: 16, min: 4, max: 256 });
    for (let n = 0; n < 1_000; n++) limit.observe({ queueMs: 1_000, workMs: 1 });
    expect(limit.value).toBe(4);
  });
});
