import { isLlmosError, type OutputOf } from '@llmos/contracts';
import { release } from '@llmos/contracts/capabilities/security';
import { epsilonOf } from '@llmos/privacy';
import fc from 'fast-check';
import { DisclosureService } from './disclosure.service.js';
import type { BudgetStore, Ledger } from './ports/budget-store.port.js';

/** Budgets in memory. */
class MemoryBudgets implements BudgetStore {
  private readonly ledgers = new Map<string, Ledger>();
  async change(tenant: string, budget: string, next: (ledger: Ledger) => Ledger | undefined): Promise<void> {
    const name = `${tenant}.${budget}`;
    const ledger = next(this.ledgers.get(name) ?? { spentNano: 0n, answers: [] });
    if (ledger) this.ledgers.set(name, ledger);
  }
}

const query = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), value: fc.nat(1e9) }),
  fc
    .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: -1_000, max: 999 }), fc.integer({ min: 1, max: 500 }))
    .map(([count, lower, width]) => ({
      kind: 'mean' as const,
      sum: count * lower + Math.floor((count * width) / 2),
      count,
      lower,
      upper: lower + width,
    })),
);
const request = fc.record({
  budget: fc.constantFrom('statistics', 'other'),
  query,
  mechanism: fc.constantFrom('laplace' as const, 'gaussian' as const),
  rho: fc.double({ min: 1e-6, max: 0.6, noNaN: true }),
  contributions: fc.integer({ min: 1, max: 50 }),
});

describe('DisclosureService', () => {
  it('answers any requests within its contract, adds up the spent amounts, and stops at the budget', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const service = new DisclosureService({ budgets: new MemoryBudgets(), totalRho: 1, delta: 1e-6 });
        const spent = new Map<string, number>();
        for (const [n, input] of requests.entries()) {
          const before = spent.get(input.budget) ?? 0;
          const outcome: OutputOf<typeof release> | unknown = await service
            .release('acme', `run-${n}:step`, input)
            .catch((error: unknown) => error);
          if (isLlmosError(outcome)) {
            expect(outcome.code).toBe('BUDGET_SPENT');
            expect(before + input.rho).toBeGreaterThan(1 - 1e-8);
            continue;
          }
          const answer = release.output.parse(outcome);
          const total = before + answer.spentRho;
          expect(answer.spentRho).toBeCloseTo(input.rho, 8);
          expect(answer.remainingRho).toBeCloseTo(1 - total, 8);
          expect(answer.epsilon).toBeCloseTo(epsilonOf(total, 1e-6), 5);
          spent.set(input.budget, total);
        }
        for (const total of spent.values()) expect(total).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('draws new noise for each step, and repeats the answer for the same step', async () => {
    const service = new DisclosureService({ budgets: new MemoryBudgets(), totalRho: 1, delta: 1e-6 });
    const input = {
      budget: 'statistics',
      query: { kind: 'count' as const, value: 943 },
      mechanism: 'gaussian' as const,
      rho: 0.0001,
      contributions: 1,
    };
    const ask = (id: string) => service.release('acme', id, input);
    const values = new Set<number>();
    for (let n = 0; n < 20; n++) values.add((await ask(`run-${n}:a`)).value);
    expect(values.size).toBeGreaterThan(10);
    expect(await ask('run-3:a')).toEqual(await ask('run-3:a'));
  });
});
