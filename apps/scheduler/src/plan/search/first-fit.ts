import { Placing } from '../model/placing.js';
import type { Problem } from '../model/problem.js';

/**
 * First fit in the given order: each replica goes to the first node that still holds it. `ResourceScheduler` is the same
 * for cores alone.
 */
export function firstFit(problem: Problem): Placing {
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
  return placing;
}
