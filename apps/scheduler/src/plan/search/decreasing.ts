import { Placing } from '../model/placing.js';
import type { Problem } from '../model/problem.js';
import { cheapestNode, peakOf } from './costs.js';
import { largestFirst } from './order.js';

/**
 * Best fit decreasing: the largest replicas first, each on the node where it costs least, of equals on the fullest. The
 * plan that searches begin with.
 */
export function decreasing(problem: Problem): Placing {
  const placing = new Placing(problem);
  for (const group of largestFirst(problem))
    for (let item = placing.first[group]!; item < placing.first[group + 1]!; item++) {
      const node = cheapestNode(placing, group, peakOf(placing));
      // Replicas of a group are alike: if one does not fit, no further one does.
      if (node === undefined) break;
      placing.add(item, node);
    }
  placing.prune();
  return placing;
}
