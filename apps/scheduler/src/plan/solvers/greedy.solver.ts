import { Placing } from '../model/placing.js';
import { scoreOf } from '../model/score.js';
import type { Solver } from './solver.port.js';

/**
 * First fit in the given order: each replica goes to the first node that still holds it. `ResourceScheduler` is the same
 * for cores alone. The baseline: what it gives is what nobody has thought about.
 */
export const greedy: Solver = (problem, { onFound }) => {
  const placing = new Placing(problem);
  for (let item = 0; item < placing.place.length; item++) {
    const group = placing.groupOf[item]!;
    for (let node = 0; node < problem.nodes; node++) {
      if (!placing.fits(group, node)) continue;
      placing.add(item, node);
      break;
    }
  }
  placing.prune();
  onFound({ places: placing.place, score: scoreOf(problem, placing.place).total });
};
