import fc from 'fast-check';
import { shareOut, shareOutByProgram } from './divisible.js';

describe('The divisible case', () => {
  it('costs cP in closed form if all nodes cost the same, and fills them in order', () => {
    expect(shareOut({ costs: [2, 2, 2], capacities: [4, 4, 4], total: 6 })).toEqual({ shares: [4, 2, 0], cost: 12 });
  });

  it('has no answer if the nodes are too small, and both ways say so', async () => {
    const small = { costs: [1, 1], capacities: [2, 2], total: 5 };
    expect(shareOut(small)).toBeUndefined();
    expect(await shareOutByProgram(small)).toBeUndefined();
  });

  it('has the same cost as a linear program as in closed form', async () => {
    const node = fc.record({ cost: fc.integer({ min: 0, max: 20 }), capacity: fc.integer({ min: 0, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 12 }), fc.nat(200), async (nodes, total) => {
        const request = {
          costs: nodes.map(({ cost }) => cost),
          capacities: nodes.map(({ capacity }) => capacity),
          total,
        };
        const [closed, program] = [shareOut(request), await shareOutByProgram(request)];
        expect(program === undefined).toBe(closed === undefined);
        if (closed) expect(program!.cost).toBeCloseTo(closed.cost, 6);
      }),
      { numRuns: 100, seed: 3 },
    );
  }, 120_000);
});
