import { lowerBound } from './bound.js';
import { checkPlan } from './check-plan.js';
import { explainPlacements } from './explain/reasons.js';
import { explainUnplaced } from './explain/unplaced.js';
import { fill } from './model/fill.js';
import { Placing } from './model/placing.js';
import { problemOf, type PlanInput } from './model/problem-of.js';
import { NOWHERE, type Places, type Problem } from './model/problem.js';
import { placesNow, scoreOf, tidy } from './model/score.js';
import type { Finished, PlanJob, PlanOutput } from './threads/plan-job.js';

type Finish = Pick<Extract<PlanJob, { kind: 'finish' }>, 'candidates' | 'bound'>;
type Placement = PlanOutput['placements'][number];

/**
 * Takes the best of the plans that keep every limit, as an independent check says, and explains it.
 *
 * @throws Error if no candidate passes; nowhere for everything always does.
 */
export function finishPlan(input: PlanInput, { candidates, bound }: Finish): Finished {
  const problem = problemOf(input);
  const refused: { solver: string; message: string }[] = [];
  for (const { solver, places } of candidates) {
    const placing = new Placing(problem, places);
    fill(placing);
    const placements = placementsOf(input, placing);
    const faults = checkPlan(input, placements);
    if (faults.length === 0) return { output: outputOf(input, placing, placements, solver, bound), refused };
    refused.push({ solver, message: `its plan was refused: ${faults[0]}` });
  }
  throw new Error(`No solver gave a plan that keeps the limits: ${refused.map(({ message }) => message).join('; ')}`);
}

function outputOf(
  input: PlanInput,
  placing: Placing,
  placements: readonly Placement[],
  solver: string,
  proven = -Infinity,
): Finished['output'] {
  const { problem, place } = placing;
  const { total, penalty } = scoreOf(problem, place);
  const known = Math.max(proven, lowerBound(problem));
  // What a solver proves, it proves but for rounding; a bound is never above a score that was reached.
  const bound = total - known <= ROUNDING * Math.max(1, total) ? total : known;
  return {
    placements: input.explain ? explainPlacements(input, placing, placements) : [...placements],
    unplaced: explainUnplaced(input, placing),
    objective: tidy(total - penalty),
    parts: partsOf(input, problem, place),
    ...(problem.here.some((replicas) => replicas > 0)
      ? { before: partsOf(input, problem, placesNow(problem), true) }
      : {}),
    ...{ score: tidy(total), bound: tidy(bound), gap: total > 0 ? tidy((total - bound) / total) : 0, solver },
  };
}

/** What service is where, in the order of the request. */
function placementsOf({ services, nodes }: PlanInput, placing: Placing): Placement[] {
  const { here } = placing.problem;
  return services.flatMap(({ name: service }, group) =>
    nodes.flatMap(({ name: node }, at) => {
      const replicas = placing.countOn(group, at);
      if (replicas === 0) return [];
      return [{ service, node, replicas, arriving: Math.max(0, replicas - here[group * nodes.length + at]!) }];
    }),
  );
}

function partsOf({ nodes }: PlanInput, problem: Problem, places: Places, now = false): PlanOutput['parts'] {
  const { nodesUsed, peak, moved } = scoreOf(problem, places);
  const used = new Set(places);
  used.delete(NOWHERE);
  const cost = [...used].reduce((sum, node) => sum + nodes[node]!.price, 0);
  return { nodes: nodesUsed, cost: tidy(cost), balance: tidy(peak), movement: now ? 0 : moved };
}

/** Relative; a solver stops within it. */
const ROUNDING = 1e-6;
