import { firstFit } from '../search/first-fit.js';
import { scoreOf } from '../model/score.js';
import type { Solver } from './solver.port.js';

/** {@link firstFit}, as it is: the baseline, what comes out if nobody thinks about it. */
export const greedy: Solver = (problem, { onFound }) => {
  const { place } = firstFit(problem);
  onFound({ places: place, score: scoreOf(problem, place).total });
};
