import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import fc from 'fast-check';
import { requests } from '../../../test/fixtures/requests.js';
import { lowerBound } from '../bound.js';
import { checkPlan, type Placement } from '../check-plan.js';
import { problemOf, type PlanInput } from '../model/problem-of.js';
import { groupsOfItems, NOWHERE, type Places, type Problem } from '../model/problem.js';
import { scoreOf } from '../model/score.js';
import { SOLVERS } from './index.js';
import type { Found, SolverName } from './solver.port.js';

const NAMES = Object.keys(SOLVERS) as SolverName[];

async function found(name: SolverName, input: PlanInput, maxSteps = 40): Promise<Found[]> {
  const all: Found[] = [];
  const onFound = (each: Found) => void all.push(each);
  await SOLVERS[name](problemOf(input), { seed: input.seed, budgetMs: 20_000, maxSteps, onFound });
  return all;
}

const plansOf = (all: readonly Found[]) =>
  all.flatMap(({ places, score }) => (places ? [{ places, score: score! }] : []));

/** One placement for each service and node, counted here from the places alone. */
function placements(input: PlanInput, problem: Problem, places: Places): Placement[] {
  const groups = groupsOfItems(problem);
  const counts = new Map<string, number>();
  places.forEach((node, item) => {
    if (node === NOWHERE) return;
    const key = `${groups[item]} ${node}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return [...counts].map(([key, replicas]) => {
    const [group, node] = key.split(' ').map(Number) as [number, number];
    return { service: input.services[group]!.name, node: input.nodes[node]!.name, replicas };
  });
}

/** The lowest score of all plans that pass the check: every way to place every item is tried. */
function bestByTrying(input: PlanInput): number {
  const problem = problemOf(input);
  const items = groupsOfItems(problem).length;
  const places = new Int32Array(items).fill(NOWHERE);
  let best = Infinity;
  const tryFrom = (item: number): void => {
    if (item === items) {
      if (checkPlan(input, placements(input, problem, places)).length === 0)
        best = Math.min(best, scoreOf(problem, places).total);
      return;
    }
    for (let node = NOWHERE; node < problem.nodes; node++) {
      places[item] = node;
      tryFrom(item + 1);
    }
  };
  tryFrom(0);
  return best;
}

describe.each(NAMES)('The solver %s', (name) => {
  it('never breaks a hard limit, and reports the score that its plan has, not below its bound', async () => {
    await fc.assert(
      fc.asyncProperty(requests({ nodes: 5, services: 6 }), async (input) => {
        const problem = problemOf(input);
        const all = await found(name, input);
        const plans = plansOf(all);
        expect(plans.length).toBeGreaterThan(0);
        for (const { places, score } of plans) {
          expect(checkPlan(input, placements(input, problem, places))).toEqual([]);
          expect(score).toBeCloseTo(scoreOf(problem, places).total, 6);
        }
        const best = Math.min(...plans.map(({ score }) => score));
        for (const { bound = -Infinity } of all) expect(bound).toBeLessThanOrEqual(best + 1e-5 * Math.max(1, best));
      }),
      { numRuns: name === 'milp' ? 60 : 120, seed: 7 },
    );
  }, 120_000);

  it('gives the same plans for the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(requests(), async (input) => {
        const [one, other] = [plansOf(await found(name, input)), plansOf(await found(name, input))];
        expect(other).toEqual(one);
      }),
      { numRuns: 15, seed: 8 },
    );
  }, 120_000);
});

describe('The solver milp', () => {
  it('finds the best of all plans, as trying every plan shows', async () => {
    await fc.assert(
      fc.asyncProperty(requests({ nodes: 3, services: 3, replicas: 2 }), async (input) => {
        const best = bestByTrying(input);
        const plans = plansOf(await found('milp', input));
        expect(Math.min(...plans.map(({ score }) => score))).toBeCloseTo(best, 4);
        expect(lowerBound(problemOf(input))).toBeLessThanOrEqual(best + 1e-6 * Math.max(1, best));
      }),
      { numRuns: 120, seed: 9 },
    );
  }, 120_000);
});

describe('The solver greedy', () => {
  it('puts each replica on the first node that still holds it', async () => {
    const nodes = ['one', 'two'].map((name) => ({ name, cores: 4, memoryMb: 100 }));
    const services = [3, 2, 2, 1].map((cores, at) => ({ name: `s${at}`, cores }));
    const [plan] = plansOf(await found('greedy', planInputSchema.parse({ nodes, services })));
    expect([...plan!.places]).toEqual([0, 1, 1, 0]);
  });
});
