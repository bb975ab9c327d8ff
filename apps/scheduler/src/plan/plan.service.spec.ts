import { plan, planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { runStep } from '@llmos/testing';
import { PlanService } from './plan.service.js';
import { PlanSteps } from './plan.steps.js';

const service = new PlanService(60_000);
const signal = new AbortController().signal;

/** A request that no solver proves within seconds: many services of uneven sizes. */
function hard(services: number, nodes: number, budgetMs: number) {
  return planInputSchema.parse({
    nodes: Array.from({ length: nodes }, (_, at) => ({ name: `n${at}`, cores: 8 + (at % 5), memoryMb: 9_000 })),
    services: Array.from({ length: services }, (_, at) => ({
      ...{ name: `s${at}`, cores: 1 + ((at * 7) % 13) / 4, memoryMb: 500 + ((at * 11) % 17) * 150 },
    })),
    ...{ budgetMs, explain: false, objective: { nodes: 1, balance: 1 } },
  });
}

describe('The plan service', () => {
  it("returns the output of its contract's example", async () => {
    const { input, output } = plan.example;
    const steps = new PlanSteps(service);
    const { output: got } = await runStep(plan, (each, context) => steps.plan(each, context), input);
    expect({ ...got, ms: 1, solvers: got.solvers.map((each) => ({ ...each, ms: 1 })) }).toEqual(output);
  });

  it('searches no longer than its budget, and ends early when a plan is proven to be the best', async () => {
    const { ms, gap } = await service.plan(hard(60, 30, 2_000), { signal });
    // On a busy machine the threads begin and end late; without a budget the search would take all of a minute.
    expect(ms).toBeLessThan(20_000);
    expect(gap).toBeGreaterThanOrEqual(0);
    const easy = planInputSchema.parse({ ...plan.example.input, solver: 'portfolio', budgetMs: 30_000 });
    expect(await service.plan(easy, { signal })).toMatchObject({ gap: 0 });
  }, 120_000);

  it('stops when its run is cancelled, long before its budget, and goes on with the next request', async () => {
    const stopping = new AbortController();
    const reason = new Error('cancelled');
    const startedAt = performance.now();
    const emit = () => stopping.abort(reason);
    const searched = service.plan(hard(100, 60, 60_000), { signal: stopping.signal, emit });
    await expect(searched).rejects.toBe(reason);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    const next = planInputSchema.parse({ ...plan.example.input, solver: 'greedy' });
    expect(await service.plan(next, { signal })).toMatchObject({ solver: 'greedy' });
  }, 120_000);

  it('leaves the answer of the others standing when a solver fails', async () => {
    // More pairs of service and node than the program takes.
    const { solvers, placements, unplaced } = await service.plan(hard(400, 400, 4_000), { signal });
    expect(solvers.find(({ solver }) => solver === 'milp')!.message).toMatch(/it failed: the program would have/);
    expect(placements.length + unplaced.length).toBeGreaterThanOrEqual(400);
    expect(unplaced).toEqual([]);
  }, 120_000);

  it('reports its progress, and its event loop goes on meanwhile', async () => {
    const progress: unknown[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    await service.plan(hard(150, 60, 2_500), { signal, emit: (each) => progress.push(each) });
    clearInterval(timer);
    expect(progress.length).toBeGreaterThan(0);
    expect(progress[0]).toMatchObject({ stage: 'searching', total: 2_500 });
    // A solver on this thread would let the timer turn a few times at most.
    expect(turns).toBeGreaterThan(10);
  }, 120_000);
});
