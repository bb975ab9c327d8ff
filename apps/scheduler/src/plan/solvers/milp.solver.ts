import { lowerBound } from '../bound.js';
import { solveLinear } from '../linear/highs.js';
import { PlacementModel } from '../linear/placement-model.js';
import { Placing } from '../model/placing.js';
import { scoreOf } from '../model/score.js';
import { Decoder } from '../search/decode.js';
import { decreasing } from '../search/decreasing.js';
import { improve } from '../search/improve.js';
import type { Solver } from './solver.port.js';

/** Pairs of service and node: a larger program takes longer to write down than searches take to find a good plan. */
const MOST_PAIRS = 150_000;
/** Of the time, for the plan to begin with. */
const START_SHARE = 0.3;

/** Mixed-integer programming with HiGHS: finds the best plan and proves it, if the time is enough. */
export const milp: Solver = async (problem, { budgetMs, seed, start, onFound }) => {
  const startedAt = performance.now();
  const size = PlacementModel.sizeOf(problem);
  onFound({ bound: lowerBound(problem) });
  const placing = start ? new Placing(problem, start) : decreasing(problem);
  improve(placing, () => performance.now() - startedAt > budgetMs * START_SHARE);
  const score = scoreOf(problem, placing.place);
  onFound({ places: placing.place.slice(), score: score.total });
  if (size > MOST_PAIRS)
    throw new Error(`the program would have ${size} pairs of service and node, and takes at most ${MOST_PAIRS}`);
  const model = new PlacementModel(problem, score.penalty === 0);
  const decoder = new Decoder(problem);
  let best = score.total;
  // Whole numbers of a solver are rounded; the repair is there for what that breaks.
  const onSolution = (values: Float64Array) => {
    const { place } = decoder.decode(model.placesIn(values));
    const { total } = scoreOf(problem, place);
    if (total >= best - 1e-9) return;
    best = total;
    onFound({ places: place, score: total });
  };
  const { status, values, objective } = await solveLinear(model.program, {
    seconds: Math.max(0.01, (budgetMs - (performance.now() - startedAt)) / 1_000),
    ...{ seed, start: model.valuesOf(placing), onSolution, onBound: (bound) => onFound({ bound }) },
  });
  if (values && status === 'optimal') onSolution(values);
  if (objective !== undefined && status === 'optimal') onFound({ bound: objective - 1e-7 * Math.abs(objective) });
};
